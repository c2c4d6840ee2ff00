"""Names again for axes that a correction gave one size: what was too short has to have that size at least, no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from axiswise.frontends.torch.models.changing import replaced, spec_of, with_axis
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial

LENGTH = "length"
"""What an axis is called of which there may be twice as many, though it was taken for features."""


def freed(trial: Trial, earlier: Iterable[Trial], run: Callable[[CallSpec], Trial]) -> Trial:
    """Return a clean run in which a length that may be another, too, has its name.

    Args:
        trial: A clean run, some of whose axes have lost their names to numbers that were asked of them.
        earlier: The runs that led to it.
        run: Runs the module on a call.
    """
    before = [each.call for each in earlier]
    for path, first in trial.call.tensors():
        for at, axis in enumerate(first.axes):
            spec = spec_of(trial.call, path) or first  # an axis before may have its name by now
            name = _name_before(before, path, spec, at) if not axis.name else ""
            name = LENGTH if name and AxisSpec(name, axis.size).is_width else name
            if name and name not in trial.call.sizes():
                named = replaced(trial.call, path, with_axis(spec, at, AxisSpec(name, axis.size)))
                if run(named.resized({name: 2 * axis.size})).is_clean:
                    trial = run(named)
    return trial


def _name_before(calls: Iterable[CallSpec], path: str, spec: TensorSpec, at: int) -> str:
    """Return what an axis was called in the first call whose other axes were the same, or were corrected, too."""
    for call in calls:
        other = spec_of(call, path)
        if other is not None and len(other.axes) == len(spec.axes) and other.axes[at].name:
            if all(now == was or not now.name for now, was in zip(spec.axes, other.axes, strict=True)):
                return other.axes[at].name
    return ""
