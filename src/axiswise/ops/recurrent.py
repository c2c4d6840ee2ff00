"""Recurrent layers and cells, each as one call: rnn, lstm, gru and their cells.

Operands: `input`, `h_0`, `c_0` (lstm), `weight`; params input_size, hidden_size, and for layers num_layers,
bidirectional, proj_size, batch_first. A packed input is its data (steps, input_size) with params["packed"] and
params["batch"], and so is the output. Outputs: output, h_n, c_n (lstm); a cell's are h, c (lstm).
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, wrong_dtype, wrong_rank
from axiswise.ops.contract import Contract, given, same


def _states(call: OpCall) -> tuple[str, ...]:
    return ("h_0", "c_0") if call.op.startswith("lstm") else ("h_0",)


def _directions(call: OpCall) -> int:
    return 2 if call.params.get("bidirectional") else 1


def _width(call: OpCall, state: str = "h_0") -> tuple[str, int]:
    """Return the setting that gives a state's width, and the width; a projection narrows h, never c."""
    projected = int(call.params.get("proj_size") or 0)
    return ("proj_size", projected) if projected and state == "h_0" else ("hidden_size", call.params["hidden_size"])


def _batch_axis(call: OpCall) -> int | None:
    if call.params.get("packed") or call.operands["input"].rank < 3:
        return None
    return 0 if call.params.get("batch_first") else 1


def _batch(call: OpCall) -> AxisUse | None:
    """Return the use that gives the batch size, or None for an unbatched input."""
    if call.params.get("packed"):
        return setting("batch", call.params["batch"])
    axis = _batch_axis(call)
    return None if axis is None else axis_of(call, "input", axis)


def _tuples(call: OpCall) -> list[Conflict]:
    """Tuples where one tensor is wanted, and one tensor where an lstm wants its pair of states."""
    if "input" not in call.operands:
        return [Conflict("tuple", call, facts={"argument": "input"})]
    if "c_0" in call.operands and "c_0" not in _states(call):
        return [Conflict("tuple", call, facts={"argument": "h_0"})]
    missing = [state for state in _states(call) if state not in call.operands]
    if 0 < len(missing) < len(_states(call)):
        return [Conflict("state", call, axis_of(call, "h_0", 0), facts={"missing": missing[0]})]
    return []


def _features(call: OpCall) -> list[Conflict]:
    found: list[Conflict] = []
    if "weight" in call.operands:
        for role in ("input", *(state for state in _states(call) if state in call.operands)):
            found += wrong_dtype(call, role, call.operands["weight"].dtype, against="weight")
    return found + differ(
        "features", call, axis_of(call, "input", -1), setting("input_size", call.params["input_size"])
    )


def _layer_conflicts(call: OpCall) -> list[Conflict]:
    found = _tuples(call)
    if found:
        return found
    packed = bool(call.params.get("packed"))
    found = wrong_rank(call, "input", *((2,) if packed else (2, 3)))
    if found:
        return found
    given_states = [state for state in _states(call) if state in call.operands]
    rank = 3 if packed else call.operands["input"].rank
    for state in given_states:
        found += wrong_rank(call, state, rank)
    found += _features(call)
    for state in given_states:
        if call.operands[state].rank == rank:
            found += _state(call, state)
    return found


def _state(call: OpCall, state: str) -> list[Conflict]:
    wanted = [setting("num_layers", call.params["num_layers"] * _directions(call))]
    batch = _batch(call)
    wanted += [] if batch is None else [batch]
    wanted.append(setting(*_width(call, state)))
    expected = tuple(use.size for use in wanted)
    return [
        conflict
        for axis, use in enumerate(wanted)
        for conflict in differ("state", call, axis_of(call, state, axis), use, wanted=expected)
    ]


def _layer_output(call: OpCall) -> tuple[Shape, ...] | None:
    if "input" not in call.operands or call.operands["input"].rank not in (2, 3):
        return None
    batch = _batch(call)
    layers = int(call.params["num_layers"]) * _directions(call)
    lead = (layers,) if batch is None else (layers, batch.size)
    output = (*call.operands["input"].shape[:-1], _width(call)[1] * _directions(call))
    return output, *((*lead, _width(call, state)[1]) for state in _states(call))


def _layer_source(call: OpCall, output: int, axis: int) -> AxisSource:
    name, _ = _width(call, _states(call)[output - 1] if output else "h_0")
    if output == 0:
        last = call.operands["input"].rank - 1
        return same("input", axis) if axis < last else AxisSource("given", params=((name, -1), ("bidirectional", -1)))
    if axis == 0:
        return AxisSource("given", params=(("num_layers", -1), ("bidirectional", -1)))
    if axis == len(call.outputs[output].shape) - 1:
        return given(name)
    batch = _batch_axis(call)
    return given("batch") if batch is None else same("input", batch)


def _cell_conflicts(call: OpCall) -> list[Conflict]:
    found = _tuples(call)
    if found:
        return found
    found = wrong_rank(call, "input", 1, 2)
    if found:
        return found
    rank = call.operands["input"].rank
    found += _features(call)
    for state in (state for state in _states(call) if state in call.operands):
        wrong = wrong_rank(call, state, rank)
        found += wrong
        if not wrong and rank == 2:
            found += differ("state", call, axis_of(call, state, 0), axis_of(call, "input", 0))
        if not wrong:
            found += differ("state", call, axis_of(call, state, -1), setting(*_width(call)))
    return found


def _cell_output(call: OpCall) -> tuple[Shape, ...] | None:
    if "input" not in call.operands:
        return None
    state = (*call.operands["input"].shape[:-1], _width(call)[1])
    return (state,) * len(_states(call))


def _cell_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < call.operands["input"].rank - 1 else given("hidden_size")


_LAYER = Contract(_layer_conflicts, _layer_output, _layer_source)
_CELL = Contract(_cell_conflicts, _cell_output, _cell_source)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(("rnn", "lstm", "gru"), _LAYER),
    **dict.fromkeys(("rnn_cell", "lstm_cell", "gru_cell"), _CELL),
}

NEEDED = ("input",)
