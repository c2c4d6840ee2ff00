"""Operations that only ask for numbers of axes: the condition of a branch, sequences that a loop walks, sets, boxes.

Parameter `places`: at which place of the call an operand is given, where others than tensors stand before it.
"""

from __future__ import annotations

from dataclasses import replace

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract

ASKED: dict[str, dict[str, tuple[int | str, ...]]] = {
    "branch": {"input": (0,)},
    "unroll": {"input": ("3 or more",), "lengths": (1,)},
    "sets": {"left": ("2 or more",), "right": ("2 or more",)},
    "suppress-boxes": {"boxes": (2,), "scores": (1,)},
}
"""For each operation, how many axes each operand may have."""


def _conflicts(call: OpCall) -> list[Conflict]:
    found: list[Conflict] = []
    for role, allowed in ASKED[call.op].items():
        if role in call.operands:
            places = call.params.get("places", {})
            known = {"argument": role, "position": places[role]} if role in places else {}
            found += [replace(each, facts={**each.facts, **known}) for each in wrong_rank(call, role, *allowed)]
    if not found and call.op == "suppress-boxes":
        found += differ("batch", call, axis_of(call, "boxes", 0), axis_of(call, "scores", 0))
    return found


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return UNKNOWN


CONTRACTS: dict[str, Contract] = dict.fromkeys(ASKED, Contract(_conflicts, _output, _source))
