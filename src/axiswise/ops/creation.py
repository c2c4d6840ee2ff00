"""Tensors made from sizes: zeros, randn, full, arange; and from other tensors: zeros_like, new_zeros.

Params: `shape`; or the numbers that a ladder is made of (`start`, `end`, `step`; `steps`); `n` and `m` of eye. Operand
`input` of what is made in a tensor's likeness. `argument` is what a module is called with. How the sizes are legal is
not followed: nothing disagrees here.
"""

from __future__ import annotations

import math

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.contract import UNKNOWN, Contract, given, same

SIZED = ("zeros", "ones", "empty", "full", "rand", "randn", "randint", "normal", "argument")
LIKE = ("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like")
NEW = ("new_zeros", "new_ones", "new_empty", "new_full")
COUNTED = {
    "linspace": "steps",
    "logspace": "steps",
    "randperm": "n",
    "hann_window": "window_length",
    "hamming_window": "window_length",
}
"""Vectors, and the parameter that says how long they are."""


def _legal(call: OpCall) -> list[Conflict]:
    return []


def _sized_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (tuple(int(size) for size in numbers(call.params.get("shape"))),)


def _sized_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.params.get("shape")
    return given("shape", axis if isinstance(shape, (tuple, list)) else -1)


def _like_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,)


def _like_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


def _array_output(call: OpCall) -> tuple[Shape, ...] | None:
    return _like_output(call) if "input" in call.operands else _sized_output(call)


def _array_source(call: OpCall, output: int, axis: int) -> AxisSource:
    # The sizes of data written out are no numbers that another could stand for.
    return same("input", axis) if "input" in call.operands else UNKNOWN


def _ladder_output(call: OpCall) -> tuple[Shape, ...] | None:
    start, end, step = (call.params.get(name) for name in ("start", "end", "step"))
    if not all(isinstance(number, (int, float)) for number in (start, end, step)) or not step:
        return None
    return ((max(math.ceil((end - start) / step), 0),),)  # type: ignore[operator]


def _ladder_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("end") if (call.params.get("start"), call.params.get("step")) == (0, 1) else UNKNOWN


def _counted_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((int(call.params[COUNTED[call.op]]),),)


def _counted_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given(COUNTED[call.op])


def _eye_output(call: OpCall) -> tuple[Shape, ...] | None:
    rows, columns = call.params["n"], call.params.get("m")
    return ((int(rows), int(rows if columns is None else columns)),)


def _eye_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("m" if axis == 1 and call.params.get("m") is not None else "n")


CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys((*SIZED, *NEW), Contract(_legal, _sized_output, _sized_source)),
    **dict.fromkeys(LIKE, Contract(_legal, _like_output, _like_source)),
    **dict.fromkeys(COUNTED, Contract(_legal, _counted_output, _counted_source)),
    "from-array": Contract(_legal, _array_output, _array_source),
    "arange": Contract(_legal, _ladder_output, _ladder_source),
    "eye": Contract(_legal, _eye_output, _eye_source),
}
