"""Other shapes for the same elements, and elements picked, joined and repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axiswise.facts import is_series
from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.eager.vocabulary import Reader, Reading, reader, reads
from axiswise.frontends.signature import bind
from axiswise.frontends.tensorflow.vocabulary.naming import of, sizes_of


def _asking(op: str, text: str) -> Reader:
    """Return a reader of a function that asks for a shape."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        if bound is None or arrays.kind_of(bound["input"]) is None:
            return None
        sizes = sizes_of(bound["shape"])
        name = "repeats" if op == "tile" else "shape"
        return Reading(op, {"input": bound["input"]}, {name: sizes}) if sizes is not None else None

    return read


def _transposed(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a transposition: of the axes given, or of all in reverse."""
    bound = bind("input|a, dims|perm=None, *, name?, conjugate?", args, kwargs)
    if bound is None or arrays.kind_of(bound["input"]) is None:
        return None
    if bound["dims"] is None:
        return Reading("reverse-axes", {"input": bound["input"]})
    dims = sizes_of(bound["dims"])
    return Reading("permute", {"input": bound["input"]}, {"dims": dims}) if dims is not None else None


def _where(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read the form with three operands; `where(mask)` gives indices, whose number no shape tells."""
    reading = reader("where", "condition, input|x, other|y, name?")(arrays, args, kwargs)
    return reading if reading is not None and {"condition", "input", "other"} <= set(reading.operands) else None


def _selected(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read the `where` of TensorFlow 1, which broadcasts nothing."""
    reading = _where(arrays, args, kwargs)
    if reading is not None:
        reading.op = "where-alike"
    return reading


def _gathered(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `gather` as what it is in square brackets: `params[:, indices]` for axis 1."""
    bound = bind("input|params, index|indices, validate_indices=None, axis=None, batch_dims=0, name?", args, kwargs)
    if bound is None or bound["batch_dims"]:
        return None
    axis: Any = bound["axis"] or 0
    if not isinstance(axis, int) or axis < 0 or arrays.kind_of(bound["input"]) is None:
        return None
    role, index = f"index.{axis}", bound["index"]
    if arrays.kind_of(index) is None:
        index = np.asarray(index)
    return Reading("index", {"input": bound["input"], role: index}, {"index": (*(slice(None),) * axis, role)})


def _split(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a split into a number of parts, or into parts of given sizes."""
    bound = bind("input|value, parts|num_or_size_splits, axis|split_dim=0, num?, name?", args, kwargs)
    if bound is None or arrays.kind_of(bound["input"]) is None:
        return None
    if isinstance(bound["parts"], int):
        params = {"sections": bound["parts"], "dim": bound["axis"]}
        return Reading("tensor_split", {"input": bound["input"]}, params)
    sizes = sizes_of(bound["parts"])
    if sizes is None:
        return None
    return Reading("split", {"input": bound["input"]}, {"split_size": sizes, "dim": bound["axis"]})


def _padded(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read borders: two numbers an axis, which the vocabulary lists from the last axis on."""
    bound = bind("input|tensor, paddings, mode='CONSTANT', *rest=None", args, kwargs)
    if bound is None or arrays.kind_of(bound["input"]) is None or not is_series(bound["paddings"]):
        return None
    pairs = bound["paddings"]
    if not all(is_series(pair) and len(pair) == 2 and all(isinstance(each, int) for each in pair) for pair in pairs):
        return None
    listed = tuple(number for pair in reversed(pairs) for number in pair)
    return Reading("pad", {"input": bound["input"]}, {"pad": listed, "mode": "constant"})


def _cropped(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a crop whose sizes are known."""
    bound = bind("input|value|image, size, seed?, name?", args, kwargs)
    sizes = sizes_of(bound["size"]) if bound is not None and arrays.kind_of(bound["input"]) is not None else None
    return Reading("crop", {"input": bound["input"]}, {"size": sizes}) if bound is not None and sizes else None


def _all() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for table in (
        dict.fromkeys(of("reshape").split(), _asking("reshape", "input|tensor, shape, name?")),
        dict.fromkeys(of("broadcast_to").split(), _asking("expand", "input, shape, name?")),
        dict.fromkeys(of("tile").split(), _asking("tile", "input, shape|multiples, name?")),
        dict.fromkeys(of("transpose linalg.matrix_transpose").split(), _transposed),
        reads("unsqueeze", "input, dim|axis, name?", of("expand_dims")),
        reads("squeeze", "input, dim|axis|squeeze_dims=None, name?", of("squeeze")),
        reads("cat", "tensors|values, dim|axis|concat_dim, name?", of("concat")),
        reads("stack", "tensors|values, dim|axis=0, name?", of("stack")),
        reads("unbind", "input|value, num?, dim|axis=0, name?", of("unstack")),
        reads("repeat_interleave", "input, repeats, dim|axis=None, name?", of("repeat")),
        reads("roll", "input, shifts|shift, dims|axis, name?", of("roll")),
        reads("flip", "input|tensor, dims|axis, name?", of("reverse")),
        {"tensorflow.where": _where, "tensorflow.compat.v1.where": _selected},
        dict.fromkeys(of("gather").split(), _gathered),
        dict.fromkeys(of("split").split(), _split),
        dict.fromkeys(of("pad").split(), _padded),
        dict.fromkeys(of("random_crop image.random_crop").split(), _cropped),
        reads("one_hot", "input|indices, num_classes|depth, *rest=None", of("one_hot")),
    ):
        found |= table
    return found


READERS: dict[str, Reader] = _all()
