"""Recurrent layers over whole sequences, batch first, that return the last step or all: rnn, lstm and gru _steps.

Operands: `input` (batch, steps, features), `weight` (features, units), states `initial_state.0`, ... (batch, units).
Params: `units`, `return_sequences`, `return_state`, `both` (two directions), `merge_mode` (how these are put together).
Outputs: the last step (batch, units) or all (batch, steps, units), then the last states where asked for.

One step of a cell, rnn, lstm and gru _step_cell: `input` is (batch, features). With a convolution in the place of the
product, map_lstm_steps: `input` has as many axes as `rank` says, and `weight` is (channels, filters).
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _states(call: OpCall) -> list[str]:
    return [role for role in call.operands if role.startswith("initial_state.")]


def _state_count(call: OpCall) -> int:
    return (2 if call.op.startswith("lstm") else 1) * (2 if call.params.get("both") else 1)


def _rank(call: OpCall) -> int:
    return int(call.params.get("rank", 2 if call.op.endswith("_cell") else 3))


def _conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", _rank(call))
    if found:
        return found
    found = differ("features", call, axis_of(call, "input", -1), axis_of(call, "weight", 0, "input_size"))
    for role in _states(call):
        found += wrong_rank(call, role, 2)
        if call.operands[role].rank == 2:
            found += differ("state", call, axis_of(call, role, 0), axis_of(call, "input", 0))
            found += differ("state", call, axis_of(call, role, 1), setting("units", call.params["units"]))
    if len(_states(call)) not in (0, _state_count(call)):
        facts = {"missing": f"state {len(_states(call))}"}
        found.append(Conflict("state", call, axis_of(call, _states(call)[0], 0), facts=facts))
    return found


def _width(call: OpCall) -> int:
    joined = call.params.get("both") and call.params.get("merge_mode") == "concat"
    return int(call.params["units"]) * (2 if joined else 1)


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    data = call.operands["input"].shape
    batch: Shape = data[:1]
    if not data:
        return None
    steps: Shape = (data[1] if len(data) > 2 else 1,) if call.params.get("return_sequences") else ()
    results = 2 if call.params.get("both") and call.params.get("merge_mode") is None else 1
    states = ((*batch, int(call.params["units"])),) * _state_count(call) if call.params.get("return_state") else ()
    return (((*batch, *steps, _width(call)),) * results) + states


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis == 0:
        return same("input", 0)
    if axis < len(call.outputs[output].shape) - 1 and call.operands["input"].rank > 1:
        return same("input", 1)
    # In a wrapper the number of units is the inner layer's own setting: the weight knows it.
    return given("units") if call.layer is not None and "units" in call.layer.settings else same("weight", 1)


def _unknown(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _of_batch(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", 0) if axis == 0 else UNKNOWN


NEEDED = ("input", "weight")

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(("rnn_steps", "lstm_steps", "gru_steps"), Contract(_conflicts, _output, _source)),
    **dict.fromkeys(("rnn_step_cell", "lstm_step_cell", "gru_step_cell"), Contract(_conflicts, _unknown, _source)),
    "map_lstm_steps": Contract(_conflicts, _unknown, _of_batch),
}
