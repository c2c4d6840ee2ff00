"""Tables of vectors: embedding and embedding_bag.

Operands: `input` (indices), `weight` (num_embeddings, embedding_dim); for bags `offsets` and `per_sample_weights`.
params["highest_index"] and params["lowest_index"] are the indices' extremes, where a frontend knows them.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import INDICES, axis_of, differ, whole, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

_SMALLER = ("int16", "int8", "uint8", "bool")


def _numbers(call: OpCall, other: str) -> tuple[str, ...]:
    """Return the index types an operand may have; a smaller one is promoted by the `other` indices of the call."""
    beside = call.operands.get(other)
    return (*INDICES, *_SMALLER) if beside is not None and beside.dtype in INDICES else INDICES


def _indices(call: OpCall) -> list[Conflict]:
    """Clauses of every lookup: whole numbers, a table of two axes, indices within it."""
    found = wrong_rank(call, "weight", 2) + wrong_dtype(call, "input", *_numbers(call, "offsets"))
    if call.operands["weight"].rank != 2:
        return found
    rows = axis_of(call, "weight", 0, "num_embeddings")
    for index in (call.params.get("highest_index"), call.params.get("lowest_index")):
        if index is not None and not 0 <= index < rows.size:
            facts = {"length": rows.size, "value": index}
            found.append(Conflict("index-range", call, whole(call, "input"), rows, facts))
    return found


def _embedding_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((*call.operands["input"].shape, *call.operands["weight"].shape[-1:]),)


def _embedding_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < call.operands["input"].rank else _width(call)


def _width(call: OpCall) -> AxisSource:
    """Return the source of the vectors' axis: the layer's setting where there is a layer."""
    named = call.layer is not None and "embedding_dim" in call.layer.settings
    return given("embedding_dim") if named else same("weight", 1)


def _bag_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", 1, 2)
    if not found:
        # Bags are rows, or are cut out of one row by offsets.
        found = wrong_rank(call, "input", 1 if "offsets" in call.operands else 2)
    if "offsets" in call.operands:
        found += wrong_rank(call, "offsets", 1) + wrong_dtype(call, "offsets", *_numbers(call, "input"))
    if "per_sample_weights" in call.operands:
        found += _weights(call)
    return found + _indices(call)


def _weights(call: OpCall) -> list[Conflict]:
    found = wrong_dtype(call, "per_sample_weights", call.operands["weight"].dtype, against="weight")
    if call.operands["per_sample_weights"].rank != call.operands["input"].rank:
        found.append(Conflict("index-shape", call, whole(call, "input"), whole(call, "per_sample_weights")))
    else:
        for axis in range(call.operands["input"].rank):
            ours, theirs = axis_of(call, "input", axis), axis_of(call, "per_sample_weights", axis)
            found += differ("index-shape", call, ours, theirs)
    if call.params.get("mode", "mean") != "sum":
        found.append(Conflict("other", call, facts={"mode": call.params.get("mode", "mean")}))
    return found


def _bag_output(call: OpCall) -> tuple[Shape, ...] | None:
    rows = call.operands["input"].shape[0] if call.operands["input"].rank else 1
    if "offsets" in call.operands and call.operands["offsets"].shape:
        rows = call.operands["offsets"].shape[0] - bool(call.params.get("include_last_offset"))
    return ((rows, *call.operands["weight"].shape[-1:]),)


def _bag_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis == 1:
        return _width(call)
    if "offsets" not in call.operands:
        return same("input", 0)
    return UNKNOWN if call.params.get("include_last_offset") else same("offsets", 0)


CONTRACTS: dict[str, Contract] = {
    "embedding": Contract(_indices, _embedding_output, _embedding_source),
    "embedding_bag": Contract(_bag_conflicts, _bag_output, _bag_source),
}
