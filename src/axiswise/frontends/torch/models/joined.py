"""Inputs that a model joins end to end: which share of what is asked of the whole each may have."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict
from axiswise.frontends.torch.models.changing import fixed, fixed_in_all, spec_of
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import Trial, input_axes
from axiswise.source.provenance import Step, trail


def shared(trial: Trial, conflict: Conflict, side: AxisUse, wanted: int) -> Iterator[CallSpec]:
    """Yield calls in which the inputs that are joined along an axis have a share each of what is wanted of it."""
    joined, ends = _joined(trial, conflict, side)
    if joined is None:
        return
    own = joined.size - sum(_size_at(trial.call, *end) for end in ends)
    whole = wanted - own
    times = {end: ends.count(end) for end in ends}
    if len(times) == 1:
        (end, count), *_ = times.items()
        if whole > 0 and whole % count == 0:
            yield fixed(trial.call, *end, whole // count)
        scaled = _size_at(trial.call, *end) * wanted
        if scaled % joined.size == 0:
            yield fixed(trial.call, *end, scaled // joined.size)
            yield from fixed_in_all(trial.call, *end, scaled // joined.size)
    if len(times) < 2 or whole < len(times):
        return
    call = trial.call
    for place, end in enumerate(times):
        share = whole // len(times) + (whole % len(times) if place == 0 else 0)
        call = fixed(call, *end, share)
    yield call


def with_longer_part(trial: Trial, conflict: Conflict, side: AxisUse, wanted: int) -> Iterator[CallSpec]:
    """Yield calls in which one input that is joined to others makes up for what the whole lacks."""
    joined, ends = _joined(trial, conflict, side)
    if joined is None or joined.size != side.size:
        return
    for path, axis in dict.fromkeys(ends):
        size, spec = _size_at(trial.call, path, axis), spec_of(trial.call, path)
        longer = size + wanted - side.size
        if size in joined.factors and longer > 0 and spec is not None and not spec.axes[axis].is_batch:
            yield fixed(trial.call, path, axis, longer)


def _joined(trial: Trial, conflict: Conflict, side: AxisUse) -> tuple[Step | None, list[tuple[str, int]]]:
    """Return the step at which parts were joined into a side, and the axes of inputs that it goes back to."""
    steps = list(trail(trial.trace, conflict.call, side))
    joined = next((step for step in steps if step.relation == "sum" and len(step.factors) > 1), None)
    return joined, input_axes(steps)


def _size_at(call: CallSpec, path: str, axis: int) -> int:
    spec = spec_of(call, path)
    return spec.axes[axis].size if spec is not None and axis < len(spec.axes) else 0
