"""Which family of frontends a program needs: read off its imports, before anything is run or loaded."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from axiswise.source.text import Sources

TORCH, EAGER = "torch", "eager"
"""The families: programs on torch's fake tensors, and programs that really run, cut short."""

_EAGER = frozenset({"keras", "tensorflow", "tf_keras", "keras_hub", "keras_nlp", "keras_cv", "jax", "flax", "optax"})
_PLAIN = frozenset(
    "numpy scipy sklearn pandas matplotlib seaborn PIL cv2 tqdm skimage imageio h5py statsmodels cupy nltk "
    "gym gymnasium yaml requests".split()
)
"""Packages that know nothing of torch: a program with no others is one of NumPy's."""


def family_of(script: str) -> str:
    """Return the family of a script's frontend, from what it and its own modules import."""
    found = set(_imported(script))
    if found & _EAGER:
        return EAGER
    others = found - _PLAIN - set(sys.stdlib_module_names)
    return TORCH if others or "numpy" not in found else EAGER


def _imported(script: str) -> Iterator[str]:
    """Yield the top-level packages that a script and the modules beside it import; the user's own are walked."""
    sources, folder = Sources(), os.path.dirname(os.path.abspath(script))
    waiting, seen = [os.path.abspath(script)], set[str]()
    while waiting:
        path = waiting.pop()
        source = None if path in seen else sources.file(path)
        seen.add(path)
        if source is None:
            continue
        for name in _names(source.tree):
            own = [Path(folder, *name.split(".")).with_suffix(".py"), Path(folder, *name.split("."), "__init__.py")]
            beside = [str(each) for each in own if each.is_file()]
            waiting += beside
            if not beside and not Path(folder, name.partition(".")[0]).is_dir():
                yield name.partition(".")[0]


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
