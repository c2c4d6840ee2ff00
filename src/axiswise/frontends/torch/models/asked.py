"""What a conflict asks of the inputs that were guessed: which axis of which, and the size that it should have had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from axiswise.facts import AxisUse, Conflict
from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import INPUT, Trial
from axiswise.origin import Origin
from axiswise.source.provenance import places, solved, trail, trail_of


@dataclass(frozen=True, slots=True)
class Demand:
    """A size that a conflict asks of a guess.

    Attributes:
        name: The guess: an input's axis as `x.2`, or a constructor's argument.
        wanted: What it would have to be.
    """

    name: str
    wanted: int

    @property
    def path(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def axis(self) -> int:
        tail = self.name.rpartition(".")[2]
        return int(tail) if tail.isdecimal() else -1


def demands(trial: Trial, conflict: Conflict, side: AxisUse | None, wanted: int) -> list[Demand]:
    """Return what one side of a conflict asks of the guesses it was made from."""
    if side is None or wanted < 1:
        return []
    found: list[Demand] = []
    for place in places(trial.trace, conflict.call, side, wanted):
        for leaf in place.origin.guesses() if place.origin else ():
            size = place.wanted if leaf is place.origin else solved(place.origin, leaf, place.wanted)  # type: ignore[arg-type]
            if size is not None and size > 0:
                found.append(Demand(leaf.name, int(size)))
        for leaf in place.origin.axes() if place.origin else ():
            size = solved(place.origin, leaf, place.wanted)  # type: ignore[arg-type]
            name = read_off(trial, leaf)
            if name is not None and size is not None and size > 0:
                found.append(Demand(name, int(size)))
    return found


def read_off(trial: Trial, leaf: Origin) -> str | None:
    """Return the input's axis whose size a number is, read off the input itself or off what only moved its axes."""
    if leaf.tensor in trial.given:
        return f"{trial.given[leaf.tensor]}.{leaf.axis}"
    for step in trail_of(trial.trace, leaf.tensor, leaf.axis):
        if step.call.op == INPUT:
            return f"{step.call.params['name']}.{step.axis}"
        if step.relation != "same":
            return None
    return None


def asked_of(trial: Trial, name: str) -> Iterator[Demand]:
    """Yield what the first conflict of a run asks of the inputs' axes of a name, by a number of the model's own."""
    for conflict in (each for failure in trial.failures[:1] for each in failure.conflicts[:1]):
        for side, other in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
            if side is not None and other is not None and is_own(trial, conflict, other):
                for demand in demands(trial, conflict, side, other.size):
                    spec = spec_of(trial.call, demand.path)
                    if spec is not None and demand.axis < len(spec.axes) and spec.axes[demand.axis].name == name:
                        yield demand


def is_own(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a side is the model's own: a setting, a parameter or a buffer, or made of nothing but these."""
    operand = conflict.call.operands.get(side.operand)
    if side.param or operand is None:
        return True
    if operand.id in trial.given:
        return False
    if trial.trace.producer(operand.id) is None:
        return True
    return next(trial.inputs_of(operand.id), None) is None and not demands(trial, conflict, side, side.size)


def has_own_axis(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether an axis goes back to the model's own, though its tensor was made of inputs, too."""
    steps = list(trail(trial.trace, conflict.call, side)) if side.axis >= 0 else []
    if not steps or any(step.call.op == INPUT or step.relation not in ("same", "given") for step in steps):
        return False
    given = trial.given.values()
    return not any(each.path in given for each in demands(trial, conflict, side, side.size))


def is_width(call: CallSpec, demand: Demand) -> bool:
    """Return whether a demand is of an axis that models are built for: features, channels."""
    spec = spec_of(call, demand.path)
    return spec is None or demand.axis >= len(spec.axes) or spec.axes[demand.axis].is_width


def is_batch(call: CallSpec, demand: Demand) -> bool:
    """Return whether a demand is of the batch, or of no axis that is known."""
    spec = spec_of(call, demand.path)
    return spec is None or demand.axis >= len(spec.axes) or spec.axes[demand.axis].is_batch
