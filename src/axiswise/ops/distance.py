"""Distances and similarities of pairs of vectors, and the losses made of them.

Operands: `left`, `right` (and `target`) for pairs; `anchor`, `positive`, `negative` for triplets.
"""

from __future__ import annotations

from itertools import combinations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same
from axiswise.ops.loss import reduced


def _clashes(call: OpCall, *roles: str) -> list[Conflict]:
    """Return the first pair of axes, among operands that broadcast, that do not fit."""
    for left, right in combinations(roles, 2):
        clash = first_clash(call.operands[left].shape, call.operands[right].shape)
        if clash:
            return differ("broadcast", call, axis_of(call, left, clash[0]), axis_of(call, right, clash[1]))
    return []


def _common(call: OpCall, *roles: str) -> Shape:
    """Return the shape that operands broadcast to; for those that do not, the first one's."""
    return broadcast(*(call.operands[role].shape for role in roles)) or call.operands[roles[0]].shape


def _from(call: OpCall, size: int, back: int, *roles: str) -> AxisSource:
    """Return the source of the axis `back` steps from the end of the common shape."""
    for role in roles:
        shape = call.operands[role].shape
        if len(shape) >= back and shape[-back] == size:
            return same(role, len(shape) - back)
    return UNKNOWN


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _axis(call: OpCall, rank: int) -> int:
    """Return the axis that is summed over, counted from 0 where it exists."""
    axis = int(call.params.get("dim", -1))
    return axis + rank if -rank <= axis < 0 else axis


def _pair_conflicts(call: OpCall) -> list[Conflict]:
    found = _clashes(call, "left", "right")
    # A number counts as one axis here.
    rank = max(call.operands["left"].rank, call.operands["right"].rank, 1)
    if call.op == "cosine_similarity" and not found and not 0 <= _axis(call, rank) < rank:
        facts = {"lowest": -rank, "highest": rank - 1}
        found.append(Conflict("axis-range", call, AxisUse("left", -1, rank), setting("dim", call.params["dim"]), facts))
    return found


def _pair_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = _common(call, "left", "right")
    axis = _axis(call, len(shape))
    if not shape or not 0 <= axis < len(shape):
        return ((),) if not shape else None
    if call.params.get("keepdim"):
        return ((*shape[:axis], 1, *shape[axis + 1 :]),)
    return (_without(shape, axis),)


def _pair_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = max(call.operands["left"].rank, call.operands["right"].rank)
    summed, kept = _axis(call, rank), bool(call.params.get("keepdim"))
    if kept and axis == summed:
        return UNKNOWN
    position = axis if kept or axis < summed else axis + 1
    return _from(call, call.outputs[output].shape[axis], rank - position, "left", "right")


def _cosine_conflicts(call: OpCall) -> list[Conflict]:
    """cosine_embedding_loss: pairs (N, D) with N targets, or one pair with one."""
    rank = call.operands["target"].rank
    if rank > 1:
        allowed = (call.operands["left"].rank - 1,)
        return [Conflict("target-rank", call, AxisUse("target", -1, rank), facts={"allowed": allowed})]
    found = wrong_rank(call, "left", rank + 1) + wrong_rank(call, "right", rank + 1)
    found = found or _clashes(call, "left", "right")
    if found or rank == 0:
        return found
    samples, target = _common(call, "left", "right")[0], axis_of(call, "target", 0)
    if 1 in (samples, target.size) or samples == target.size:
        return []
    role = "left" if call.operands["left"].shape[0] == samples else "right"
    return differ("target", call, axis_of(call, role, 0), target)


def _cosine_output(call: OpCall) -> tuple[Shape, ...] | None:
    if reduced(call):
        return ((),)
    samples = _common(call, "left", "right")[:-1]
    return (broadcast(samples, call.operands["target"].shape) or samples,)


def _cosine_source(call: OpCall, output: int, axis: int) -> AxisSource:
    size = call.outputs[output].shape[axis]
    found = _from(call, size, 2, "left", "right")
    return found if found.axes else _from(call, size, 1, "target")


def _ranking_conflicts(call: OpCall) -> list[Conflict]:
    """margin_ranking_loss: all three of one rank, broadcasting."""
    rank = call.operands["left"].rank
    found = wrong_rank(call, "right", rank)
    if call.operands["target"].rank != rank:
        use = AxisUse("target", -1, call.operands["target"].rank)
        found.append(Conflict("target-rank", call, use, facts={"allowed": (rank,)}))
    return found or _clashes(call, "left", "right", "target")


def _ranking_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((),) if reduced(call) else (_common(call, "left", "right", "target"),)


def _ranking_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    return _from(call, shape[axis], len(shape) - axis, "left", "right", "target")


def _triplet_conflicts(call: OpCall) -> list[Conflict]:
    rank = call.operands["anchor"].rank
    found = wrong_rank(call, "positive", rank) + wrong_rank(call, "negative", rank)
    found = found or _clashes(call, "anchor", "positive") + _clashes(call, "anchor", "negative")
    # The other two only meet as distances, unless they are swapped.
    until = rank if call.params.get("swap") else rank - 1
    clash = first_clash(call.operands["positive"].shape[:until], call.operands["negative"].shape[:until])
    if clash and not found:
        found = differ("broadcast", call, axis_of(call, "positive", clash[0]), axis_of(call, "negative", clash[1]))
    return found


def _triplet_output(call: OpCall) -> tuple[Shape, ...] | None:
    if reduced(call):
        return ((),)
    shapes = (call.operands[role].shape[:-1] for role in ("anchor", "positive", "negative"))
    return (broadcast(*shapes) or call.operands["anchor"].shape[:-1],)


def _triplet_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    return _from(call, shape[axis], len(shape) - axis + 1, "anchor", "positive", "negative")


_PAIR = Contract(_pair_conflicts, _pair_output, _pair_source)

CONTRACTS: dict[str, Contract] = {
    "cosine_similarity": _PAIR,
    "pairwise_distance": _PAIR,
    "cosine_embedding_loss": Contract(_cosine_conflicts, _cosine_output, _cosine_source),
    "margin_ranking_loss": Contract(_ranking_conflicts, _ranking_output, _ranking_source),
    "triplet_margin_loss": Contract(_triplet_conflicts, _triplet_output, _triplet_source),
}
