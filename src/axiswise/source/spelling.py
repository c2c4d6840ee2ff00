"""Edits spelled for the framework whose tensors they touch.

Rules write an edit as torch does (`{}.unsqueeze(1)`); here it becomes `np.expand_dims(x, 1)`, `tf.expand_dims(x, 1)` or
`keras.ops.expand_dims(x, 1)`, by what the tensor is and by what the file imports. What has no spelling is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod

from axiswise.diagnosis import Fix
from axiswise.facts import TensorRef
from axiswise.origin import AnySize
from axiswise.source.array_spelling import LIBRARIES, METHOD, on_arrays
from axiswise.source.imports import reached
from axiswise.source.text import SourceFile, Sources

_SIZE = re.compile(r"\.size\((-?\d+)\)")
_TORCH = re.compile(
    r"\btorch\.|\.(?:unsqueeze|permute|contiguous|expand|size|view|long|float|repeat_interleave)\(|\bdim="
    r"|\.(?:flatten|squeeze|transpose|t)\(-?\d|\.mean\(dim"
)
MODULES = {
    "numpy": "numpy",
    "jax": "jax.numpy",
    "jaxlib": "jax.numpy",
    "keras": "keras.ops",
    "tensorflow": "tensorflow",
}
"""The functions of each framework, by the package its tensors are from."""


def is_foreign(ref: TensorRef | None, source: SourceFile | None) -> bool:
    """Return whether a tensor's user does not write torch: another framework's, or Keras' on torch."""
    if ref is not None and ref.library not in ("", "torch"):
        return True
    return source is not None and reached(source, "keras.Model") is not None


def spelled(template: str, ref: TensorRef | None, source: SourceFile) -> str | None:
    """Return a template as the user of a tensor would write it; None where there is no such spelling.

    Args:
        template: An expression in torch's words, `{}` for the tensor.
        ref: The tensor.
        source: The file that is edited.
    """
    if not is_foreign(ref, source):
        return template
    template = sizes_read(template)
    if ref is not None and ref.library in LIBRARIES and (own := on_arrays(template, ref, source)) is not None:
        return own
    if not _TORCH.search(template) and not template.endswith(("{}.T", "{}.mT")):
        return template
    found = METHOD.match(template)
    module, name = _module(ref, source), found[1] if found else template.removeprefix("{}.")
    text = found[2] if found else "-2, -1"
    ways = _WAYS.get(name)
    way = ways(text, ref) if ways is not None else None
    if way is None or module is None:
        return None
    if name == "flatten" and (layer := reached(source, "keras.layers.Flatten")) is not None and module == "keras.ops":
        return f"{layer}()({{}})"
    function, rest = way
    function = _TENSORFLOW.get(function, function) if module == "tensorflow" else function
    path = reached(source, f"{module}.{function}")
    if path is None and function == "reshape" and module == "numpy":
        return f"{{}}.reshape({text})"  # its arrays have the method, whatever the file imports
    return f"{path}({{}}{rest})" if path is not None else None


def sizes_read(text: str) -> str:
    """Return a text whose sizes are read as every framework but torch reads them: `x.shape[0]`."""
    return _SIZE.sub(lambda found: f".shape[{found[1]}]", text)


def in_torch(fix: Fix, sources: Sources) -> bool:
    """Return whether a fix writes what only torch understands."""
    for edit in fix.edits:
        source = sources.file(edit.span.path)
        before = source.segment(edit.span) if source is not None else ""
        if len(_TORCH.findall(edit.text)) > len(_TORCH.findall(before)):
            return True
    return False


def _module(ref: TensorRef | None, source: SourceFile) -> str | None:
    library = ref.library if ref is not None else "keras"
    module = MODULES.get(library, "keras.ops")
    if module == "numpy":
        return module
    # Inside a layer the tensors are the backend's, and its user writes Keras.
    for each in (module, "keras.ops"):
        if reached(source, f"{each}.reshape") is not None:
            return each
    return None


_TENSORFLOW = {"mean": "reduce_mean", "swapaxes": ""}
"""Names that TensorFlow has for a function; empty where it has none."""

_Way = tuple[str, str]


def _swapped(text: str, ref: TensorRef | None) -> _Way | None:
    """Exchange two axes: written as the whole order, which every framework takes."""
    axes = [int(each) for each in text.split(",")] if re.fullmatch(r"[-\d, ]+", text) else []
    if ref is None or len(axes) != 2 or not ref.rank:
        return None
    order = list(range(ref.rank))
    first, second = (axis % ref.rank for axis in axes)
    order[first], order[second] = order[second], order[first]
    return "transpose", f", ({', '.join(map(str, order))})"


def _flat(text: str, ref: TensorRef | None) -> _Way | None:
    sizes = ref.shape[1:] if ref is not None and text == "1" else ()
    if not sizes or any(isinstance(size, AnySize) for size in sizes):
        return None
    return "reshape", f", (-1, {prod(sizes)})"


def _repeated(text: str, ref: TensorRef | None) -> _Way | None:
    """Repeat the one axis that an `expand` names a size for."""
    sizes = [int(each) for each in text.split(",")] if re.fullmatch(r"[-\d, ]+", text) else []
    asked = [(axis, size) for axis, size in enumerate(sizes) if size != -1]
    return ("repeat", f", {asked[0][1]}, {asked[0][0]}") if len(asked) == 1 else None


def _reduced(text: str, ref: TensorRef | None) -> _Way | None:
    return ("mean", f", axis={text.removeprefix('dim=')}") if text.startswith("dim=") else None


_WAYS: dict[str, Callable[[str, TensorRef | None], _Way | None]] = {
    "transpose": _swapped,
    "permute": lambda text, ref: ("transpose", f", ({text})"),
    "unsqueeze": lambda text, ref: ("expand_dims", f", {text}"),
    "squeeze": lambda text, ref: ("squeeze", f", {text}"),
    "flatten": _flat,
    "view": lambda text, ref: ("reshape", f", ({text})"),
    "expand": _repeated,
    "repeat_interleave": lambda text, ref: ("repeat", f", {text}"),
    "mean": _reduced,
    "T": lambda text, ref: ("transpose", ""),
    "mT": _swapped,
}
