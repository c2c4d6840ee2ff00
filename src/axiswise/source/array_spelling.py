"""Edits in the words of NumPy's arrays, which JAX' share: `x.T`, `mean[:, None, None]`, `x.swapaxes(1, 2)`."""

from __future__ import annotations

import re

from axiswise.facts import TensorRef
from axiswise.source.text import SourceFile

LIBRARIES = frozenset({"numpy", "jax", "jaxlib"})
"""Packages whose arrays have these methods."""

METHOD = re.compile(r"^\{\}\.(\w+)\((.*)\)$")
"""An edit that calls a method of the tensor."""

_METHODS = {"transpose": "swapaxes", "permute": "transpose", "squeeze": "squeeze"}
"""Methods of torch's tensors, and what arrays call them."""


def on_arrays(template: str, ref: TensorRef, source: SourceFile) -> str | None:
    """Return torch's `template` as a method or a subscript of an array; None where arrays have none.

    Args:
        template: An expression in torch's words, `{}` for the array.
        ref: The array.
        source: The file that is edited: one that writes `expand_dims` goes on to.
    """
    if template == "{}.T":
        return template if ref.rank == 2 else None
    if template == "{}.mT":
        return "{}.T" if ref.rank == 2 else "{}.swapaxes(-1, -2)"
    found = METHOD.match(template)
    if found is None:
        return None
    name, text = found[1], found[2]
    if name in ("unsqueeze", "view") and "expand_dims" not in source.text:
        return _with_axes(name, text, ref)
    return f"{{}}.{_METHODS[name]}({text})" if name in _METHODS else None


def _with_axes(name: str, text: str, ref: TensorRef) -> str | None:
    """Write axes of 1 as a subscript."""
    if name == "view":
        ones = re.fullmatch(r"-1((?:, 1)+)", text)
        return "{}[:" + ", None" * ones[1].count("1") + "]" if ones and ref.rank == 1 else None
    if text == "-1":
        return "{}[:, None]" if ref.rank == 1 else "{}[..., None]"
    return "{}[" + ":, " * int(text) + "None]" if text.isdigit() and int(text) <= ref.rank else None
