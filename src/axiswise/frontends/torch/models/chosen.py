"""Which of the arguments that were chosen for constructors a size goes back to: another choice may do."""

from __future__ import annotations

from collections.abc import Iterable

from axiswise.facts import AxisUse, Conflict, is_series
from axiswise.frontends.torch.models.asked import read_off
from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.trials import INPUT, Trial, input_axes
from axiswise.origin import Origin, origin_of
from axiswise.source.provenance import places, trail

LAYERS = frozenset({"contraction", "channels", "features", "embedding"})
"""Kinds of conflicts between what a layer was built for and what it is given."""


def chosen(trial: Trial, conflict: Conflict, side: AxisUse) -> frozenset[str]:
    """Return the arguments of constructors that were chosen and that a side goes back to."""
    if conflict.kind == "numel":
        return _chosen_of_all(trial, conflict, side)
    found = places(trial.trace, conflict.call, side, side.size)
    return _chosen_in(trial, [place.origin for place in found if place.origin])


def is_of_choice(trial: Trial, conflict: Conflict) -> bool:
    """Return whether a side of a conflict goes back to an argument that was chosen: with another it may be right.

    A length of an input that may be any asks for no other argument.
    """
    sides = [side for side in (conflict.left, conflict.right) if side is not None]
    return any(chosen(trial, conflict, side) for side in sides) and not any(
        is_free(trial, conflict, side) for side in sides
    )


def is_free(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a side is an axis of an input that may have any size: no argument is to be as large."""
    steps = list(trail(trial.trace, conflict.call, side))
    is_whole = all(step.relation == "same" or step.call.op == INPUT for step in steps)
    ends = input_axes(steps) if is_whole else []
    for place in places(trial.trace, conflict.call, side, side.size):  # `repeat(table, "1 n d -> b n d", b=batch)`
        if place.origin is not None and place.origin.kind == "axis":
            path, _, axis = (read_off(trial, place.origin) or "").rpartition(".")
            ends += [(path, int(axis))] if path else []
    specs = [(spec_of(trial.call, path), axis) for path, axis in ends]
    axes = [spec.axes[axis] for spec, axis in specs if spec is not None and axis < len(spec.axes)]
    return any(axis.name and not axis.is_width for axis in axes)


def are_to_be_equal(trial: Trial, conflict: Conflict) -> bool:
    """Return whether a layer wants two arguments to be equal that were chosen apart: it is built for the other one."""
    sides = [chosen(trial, conflict, side) for side in (conflict.left, conflict.right) if side is not None]
    is_layer = conflict.call.layer is not None or any(ref.parameter for ref in conflict.call.operands.values())
    return conflict.kind in LAYERS and is_layer and [len(each) for each in sides] == [1, 1] and sides[0] != sides[1]


def _chosen_of_all(trial: Trial, conflict: Conflict, side: AxisUse) -> frozenset[str]:
    """Return those that a number of elements goes back to, by any of the axes."""
    asked = conflict.call.params.get("shape")
    if side.param and is_series(asked):
        return _chosen_in(trial, [origin for each in asked if (origin := origin_of(each)) is not None])
    ref = conflict.call.operands.get(side.operand)
    axes = (AxisUse(side.operand, axis, size) for axis, size in enumerate(ref.shape if ref is not None else ()))
    found = [place.origin for axis in axes for place in places(trial.trace, conflict.call, axis, axis.size)]
    return _chosen_in(trial, [each for each in found if each])


def _chosen_in(trial: Trial, origins: Iterable[Origin]) -> frozenset[str]:
    """Return those in the origins of numbers, and those that a number was read off an input for."""
    names = {leaf.name for origin in origins for leaf in origin.guesses()}
    for leaf in (leaf for origin in origins for leaf in origin.axes()):
        path, _, axis = (read_off(trial, leaf) or "").rpartition(".")
        spec = spec_of(trial.call, path) if path else None
        if spec is not None and int(axis) < len(spec.axes) and not spec.axes[int(axis)].name:
            names |= _settled_by(trial, spec.axes[int(axis)].size)
    given = tuple(trial.given.values())
    return frozenset(name for name in names if name.rpartition(".")[0] not in given)


def _settled_by(trial: Trial, size: int) -> set[str]:
    """Return the arguments that were chosen for layers, and that a size may have been taken from."""
    values = (value for call in trial.trace.calls if call.layer is not None for value in call.layer.settings.values())
    origins = (origin for value in values if value == size and (origin := origin_of(value)) is not None)
    return {leaf.name for origin in origins for leaf in origin.guesses()}
