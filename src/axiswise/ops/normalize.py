"""Normalisation: layer, rms, batch, instance and group norm.

Operands: `input`, `weight`, `bias`, `running_mean`, `running_var`; params normalized_shape (layer, rms), num_groups
(group), training (batch), use_input_stats (instance). Read as a layer they also have num_features and `ranks`, those it
takes. The output has the input's shape.
"""

from __future__ import annotations

import math

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import FLOATS, axis_of, differ, setting, wrong_dtype, wrong_rank
from axiswise.ops.contract import Contract, same

_STORED = ("running_mean", "running_var", "weight", "bias")


def _dtypes(call: OpCall) -> list[Conflict]:
    """The input is of the stored tensors' type; half precision goes with single as well."""
    stored = next((role for role in _STORED if role in call.operands), None)
    wanted = call.operands[stored].dtype if stored else ""
    if not wanted or not stored:
        return wrong_dtype(call, "input", *FLOATS)
    halves = ("float16", "bfloat16") if wanted == "float32" else ()
    return wrong_dtype(call, "input", wanted, *halves, against=stored)


def _stored_widths(call: OpCall, width: AxisUse, param: str) -> list[Conflict]:
    """Everything that the layer stores has one number for each feature."""
    found: list[Conflict] = []
    for role in (role for role in _STORED if role in call.operands):
        found += wrong_rank(call, role, 1)
        if call.operands[role].rank == 1:
            found += differ("features", call, width, axis_of(call, role, 0, param))
    return found[:1]


def _layer_conflicts(call: OpCall) -> list[Conflict]:
    built = tuple(call.params["normalized_shape"])
    shape = call.operands["input"].shape
    if not built:
        return [Conflict("rank", call, setting("normalized_shape", 0), facts={"allowed": ("1 or more",)})]
    found = wrong_rank(call, "input", f"{len(built)} or more")
    for index, size in enumerate(() if found else built):
        axis = len(shape) - len(built) + index
        found += differ("features", call, axis_of(call, "input", axis), setting("normalized_shape", size, index))
    for role in (role for role in ("weight", "bias") if role in call.operands):
        found += wrong_rank(call, role, len(built))
        if call.operands[role].rank == len(built):
            for index, size in enumerate(built):
                found += differ("features", call, setting("normalized_shape", size, index), axis_of(call, role, index))
    return found + (_dtypes(call) if call.op == "layer_norm" else wrong_dtype(call, "input", *FLOATS))


def _ranks(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", *call.params.get("ranks", ("2 or more",)))


def _batch_conflicts(call: OpCall) -> list[Conflict]:
    found = _ranks(call)
    if found:
        return found
    shape = call.operands["input"].shape
    statistics = call.params.get("training", False)
    if statistics and math.prod(shape) == shape[1]:
        found.append(Conflict("samples", call, axis_of(call, "input", 0)))
    if not statistics and "running_mean" not in call.operands:
        found.append(Conflict("features", call, axis_of(call, "input", 1), facts={"missing": "running_mean"}))
    return found + _stored_widths(call, axis_of(call, "input", 1), "num_features") + _dtypes(call)


def _instance_conflicts(call: OpCall) -> list[Conflict]:
    """A layer takes one sample without its batch axis; the function does not."""
    found = _ranks(call)
    if found:
        return found
    rank = call.operands["input"].rank
    channels = 0 if rank == min(call.params.get("ranks", (0,))) else 1
    width = axis_of(call, "input", channels)
    found = _stored_widths(call, width, "num_features")
    places = call.operands["input"].shape[channels + 1 :]
    if call.params.get("use_input_stats", True):
        if math.prod(places) == 1:
            found.append(Conflict("samples", call, axis_of(call, "input", 0), facts={"places": places}))
    elif "running_mean" not in call.operands:
        found.append(Conflict("features", call, width, facts={"missing": "running_mean"}))
    return found + _dtypes(call)


def _group_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", "2 or more")
    if found:
        return found
    shape, groups = call.operands["input"].shape, call.params["num_groups"]
    channels = axis_of(call, "input", 1)
    if channels.size % groups:
        found.append(Conflict("groups", call, channels, setting("num_groups", groups)))
    if (shape[0] * shape[1] // groups) * math.prod(shape[2:]) == 1:
        found.append(Conflict("samples", call, axis_of(call, "input", 0)))
    return found + _stored_widths(call, channels, "num_channels") + _dtypes(call)


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


_LAYER = Contract(_layer_conflicts, _output, _source)

CONTRACTS: dict[str, Contract] = {
    "layer_norm": _LAYER,
    "rms_norm": _LAYER,
    "batch_norm": Contract(_batch_conflicts, _output, _source),
    "instance_norm": Contract(_instance_conflicts, _output, _source),
    "group_norm": Contract(_group_conflicts, _output, _source),
}
