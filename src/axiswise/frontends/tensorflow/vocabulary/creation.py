"""Tensors made of given sizes or of data: constants, variables, placeholders, random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.frontends.eager.array_functions import nested
from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.eager.vocabulary import Reader, Reading, reads
from axiswise.frontends.signature import bind
from axiswise.frontends.tensorflow.vocabulary.naming import of, sizes_of


def _sized(op: str, text: str) -> Reader:
    """Return a reader of a function that makes a tensor of a shape; one whose rank is left open is not read."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        shape = bound.get("shape") if bound is not None else None
        sizes = sizes_of(shape) if shape is not None else None
        return Reading(op, params={"shape": sizes}) if sizes is not None else None

    return read


def _from_data(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a tensor made from data: a tensor, an array, nested lists, or a function that is called for it."""
    bound = bind("input|value|initial_value, *rest=None", args, kwargs)
    data = bound.get("input") if bound is not None else None
    if arrays.kind_of(data) is not None:
        return Reading("from-array", {"input": data})
    if callable(data) or data is None or kwargs.get("shape") is not None:
        return None
    return Reading("from-array", {}, {"shape": nested(data, arrays)})


def _all() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for op, text, names in (
        ("zeros", "shape, *rest=None", "zeros"),
        ("ones", "shape, *rest=None", "ones"),
        ("full", "shape|dims, *rest=None", "fill"),
        (
            "randn",
            "shape, *rest=None",
            "random.normal random.truncated_normal random_normal truncated_normal random.stateless_normal",
        ),
        ("rand", "shape, *rest=None", "random.uniform random_uniform random.stateless_uniform"),
        ("empty", "dtype, shape=None, name?", "placeholder"),
        ("empty", "name, shape=None, *rest=None", "get_variable"),
    ):
        found |= dict.fromkeys(of(names).split(), _sized(op, text))
    for op in ("zeros", "ones"):
        found |= reads(f"{op}_like", "input|tensor, dtype?, name?", of(f"{op}_like"))
    found |= reads("eye", "n|num_rows, m|num_columns=None", of("eye linalg.eye"))
    found |= reads("linspace", "start, end|stop, steps|num", of("linspace"))
    found |= dict.fromkeys(of("constant convert_to_tensor Variable").split(), _from_data)
    return found


READERS: dict[str, Reader] = _all()
