"""Inputs that a loss compares with what a model predicts: where both were made up, they are of one shape.

A loss broadcasts, so that a target of nearly any shape runs. Which one was meant only a text or a call can say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from axiswise.facts import AxisUse, Conflict, OpCall
from axiswise.frontends.torch.models.changing import replaced, spec_of
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec, parameter_of
from axiswise.frontends.torch.models.trials import Trial, input_axes
from axiswise.source.provenance import trail


def as_predicted(trial: Trial, told: Collection[str], run: Callable[[CallSpec], Trial]) -> Trial:
    """Return a clean run in which no loss broadcasts an input that was made up, if there is one.

    Args:
        trial: A clean run.
        told: Parameters whose axes a text says.
        run: Runs the module on a call.
    """
    for call in _shaped_alike(trial, told):
        other = run(call)
        if other.is_clean and len(list(_broadcast(other))) < len(list(_broadcast(trial))):
            return as_predicted(other, told, run)
    return trial


def _shaped_alike(trial: Trial, told: Collection[str]) -> Iterator[CallSpec]:
    """Yield calls with a compared input in the shape of what it is compared with."""
    for conflict in _broadcast(trial):
        for role, other in (("target", "input"), ("input", "target")):
            path = trial.given.get(conflict.call.operands[role].id, "")
            spec = spec_of(trial.call, path)
            if spec is not None and not spec.told and parameter_of(path) not in told:
                yield replaced(trial.call, path, _alike(trial, conflict.call, other, spec))


def _alike(trial: Trial, call: OpCall, role: str, spec: TensorSpec) -> TensorSpec:
    """Return an input of an operand's shape, its axes named as those of inputs that they go back to."""
    shape = call.operands[role].shape
    return replace(spec, axes=tuple(_named(trial, call, AxisUse(role, at, size)) for at, size in enumerate(shape)))


def _named(trial: Trial, call: OpCall, use: AxisUse) -> AxisSpec:
    for path, at in input_axes(trail(trial.trace, call, use)):
        spec = spec_of(trial.call, path)
        if spec is not None and at < len(spec.axes) and spec.axes[at].size == use.size:
            return spec.axes[at]
    return AxisSpec("", int(use.size))


def _broadcast(trial: Trial) -> Iterator[Conflict]:
    """Yield the losses that broadcast what they compare, and raise nothing."""
    for failure in trial.trace.failures:
        for conflict in failure.conflicts[:1]:
            if not failure.type and conflict.kind == "target" and {"input", "target"} <= conflict.call.operands.keys():
                yield conflict
