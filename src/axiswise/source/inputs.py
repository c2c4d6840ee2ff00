"""Inputs as the command line gives them: `x: Float[batch time 512]`."""

from __future__ import annotations

import re

from axiswise.algebra.annotation import read
from axiswise.source.shape_hints import KINDS, ShapeHint

_INPUT = re.compile(r"\s*(\w+)\s*:\s*(\w+)\s*\[(.*)\]\s*", re.DOTALL)
_TENSOR = re.compile(r"""\s*\w*\s*,\s*(["'])(.*)\1\s*""", re.DOTALL)
"""What stands in the brackets where an annotation was copied: `Tensor, "batch time"`."""


def given_input(text: str) -> tuple[str, ShapeHint]:
    """Return the parameter that a text speaks of, and the shape it gives it; binding, as an annotation is.

    Raises:
        ValueError: The text is not in this grammar; the message is one line for the user.
    """
    said = _INPUT.fullmatch(text)
    if said is None:
        raise ValueError(f"{text!r} is no input; one is written 'x: Float[batch time 512]'")
    name, kind, axes = said.groups()
    if kind not in KINDS:
        raise ValueError(f"{text!r}: {kind} is no kind of elements; there are Float, Int, Bool and Complex")
    copied = _TENSOR.fullmatch(axes)
    try:
        dims = read(copied[2] if copied else axes)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}; axes are names, numbers and `...`") from None
    for dim in dims:
        if dim.kind == "expression":
            raise ValueError(f"{text!r}: `{dim.text}` is no axis; axes are names, numbers and `...`")
    return name, ShapeHint(tuple(dim.text for dim in dims), KINDS[kind], binding=True)
