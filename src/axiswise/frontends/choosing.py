"""Which family of frontends a program needs: read off its imports, before anything is run or loaded."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from axiswise.source.text import SourceFile, Sources

TORCH, EAGER = "torch", "eager"
"""The families: programs on torch's fake tensors, and programs that really run, cut short."""

_EAGER = frozenset({"keras", "tensorflow", "tf_keras", "keras_hub", "keras_nlp", "keras_cv", "jax", "flax", "optax"})
_PLAIN = frozenset(
    "numpy scipy sklearn pandas matplotlib seaborn PIL cv2 tqdm skimage imageio h5py statsmodels cupy nltk "
    "gym gymnasium yaml requests".split()
)
"""Packages that know nothing of torch: a program with no others is one of NumPy's."""

_FRAMEWORKS = _EAGER | {"torch", "torchvision", "numpy", "lightning", "pytorch_lightning", "transformers", "einops"}
"""Packages by which a file of a folder is known to work on tensors."""


def family_of(script: str) -> str:
    """Return the family of a script's frontend, from what it and its own modules import."""
    found = set(_imported(script))
    if found & _EAGER:
        return EAGER
    others = found - _PLAIN - set(sys.stdlib_module_names)
    return TORCH if others or "numpy" not in found else EAGER


def uses_framework(script: str) -> bool:
    """Return whether a file, or a module beside it that it imports, imports something that works on tensors."""
    return not _FRAMEWORKS.isdisjoint(_imported(script))


@dataclass(frozen=True, slots=True)
class Warmth:
    """What a process has loaded before it runs a script: so much less is left for each of its runs.

    Attributes:
        family: Of the script's frontend.
        modules: Frameworks that the script imports.
        environment: Variables that it sets before it does, (name, value).
    """

    family: str
    modules: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


def warmth_of(script: str) -> Warmth:
    """Return what can be loaded before a script runs, without any difference to it."""
    family = family_of(script)
    if family != EAGER:
        return Warmth(family)
    found = list(_imported(script))
    texts = [source.text for source, _ in _sources(script)]
    settings = dict(pair for source, _ in _sources(script) for pair in _settings(source.tree))
    told = sum(text.count(name) for text in texts for name in DECISIVE)
    if told > sum(name in settings for name in DECISIVE):
        return Warmth(family)  # which framework is loaded is decided by more than a literal
    wants = {name for name in ("tensorflow", "keras", "jax") if name in found}
    if "tensorflow" in wants and any("keras" in text for text in texts):
        wants.add("keras")
    modules = tuple(name for name in ("tensorflow", "keras", "jax") if name in wants)
    return Warmth(family, modules, tuple(sorted(settings.items())))


DECISIVE = ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS")
"""Variables that decide which framework an import loads."""

READ_ON_IMPORT = ("KERAS_", "TF_", "JAX_", "XLA_", "TORCH_", "PYTORCH_", "CUDA_")
"""How variables begin that a framework reads as it is imported."""


def _settings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the variables that a module sets to a literal: `os.environ["KERAS_BACKEND"] = "jax"`."""
    for node in tree.body:
        name: ast.expr | None = None
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target, value = node.targets[0], node.value
            name = target.slice if ast.unparse(target.value).endswith("environ") else None
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and len(node.value.args) == 2:
            if ast.unparse(node.value.func).endswith(("environ.setdefault", "putenv")):
                name, value = node.value.args
        if isinstance(name, ast.Constant) and isinstance(value, ast.Constant):
            if str(name.value).startswith(READ_ON_IMPORT) and isinstance(value.value, str):
                yield str(name.value), value.value


def _imported(script: str) -> Iterator[str]:
    """Yield the top-level packages that a script and the modules beside it import."""
    for _, names in _sources(script):
        yield from names


def _sources(script: str) -> Iterator[tuple[SourceFile, list[str]]]:
    """Yield a script and the modules beside it that it imports, each with the packages that it imports."""
    sources, folder = Sources(), os.path.dirname(os.path.abspath(script))
    waiting, seen = [os.path.abspath(script)], set[str]()
    while waiting:
        path = waiting.pop()
        source = None if path in seen else sources.file(path)
        seen.add(path)
        if source is None:
            continue
        packages: list[str] = []
        for name in _names(source.tree):
            own = [Path(folder, *name.split(".")).with_suffix(".py"), Path(folder, *name.split("."), "__init__.py")]
            beside = [str(each) for each in own if each.is_file()]
            waiting += beside
            if not beside and not Path(folder, name.partition(".")[0]).is_dir():
                packages.append(name.partition(".")[0])
        yield source, packages


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
