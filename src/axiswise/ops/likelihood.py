"""The likelihood of targets under a normal distribution: gaussian_nll_loss.

Operands: `input` (the means), `target`, `var`. A number for `var` is a parameter.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ
from axiswise.ops.contract import UNKNOWN, Contract, same, shape_of
from axiswise.ops.loss import reduced


def _variances(call: OpCall) -> Shape:
    """Return the shape that the variances take part with: one for each mean, or one for the last axis's means."""
    means, var = call.operands["input"].shape, shape_of(call, "var")
    if var is None:
        return ()
    return (*var, 1) if var != means and var == means[:-1] else var


def _conflicts(call: OpCall) -> list[Conflict]:
    means, target = call.operands["input"].shape, call.operands["target"].shape
    found = _variance_conflicts(call)
    if clash := first_clash(means, target):
        found += differ("target", call, axis_of(call, "input", clash[0]), axis_of(call, "target", clash[1]))
    elif not found and first_clash(broadcast(means, target) or means, _variances(call)):
        found += [Conflict("broadcast", call)]
    return found


def _variance_conflicts(call: OpCall) -> list[Conflict]:
    means, var = call.operands["input"].shape, shape_of(call, "var")
    if var is None or var in (means, means[:-1]):
        return []
    if len(var) != len(means):
        allowed = tuple(dict.fromkeys((max(len(means) - 1, 0), len(means))))
        return [Conflict("rank", call, AxisUse("var", -1, len(var)), facts={"allowed": allowed})]
    unequal = [axis for axis in range(len(var)) if var[axis] != means[axis]]
    if len(unequal) == 1 and var[unequal[0]] == 1:
        return []
    axis = next((axis for axis in unequal if var[axis] != 1), unequal[-1])
    return [Conflict("broadcast", call, axis_of(call, "var", axis), axis_of(call, "input", axis))]


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    means, target = call.operands["input"].shape, call.operands["target"].shape
    return ((),) if reduced(call) else (broadcast(means, target, _variances(call)) or means,)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    for role in ("input", "target"):
        at = axis - len(shape) + call.operands[role].rank
        if at >= 0 and call.operands[role].shape[at] == shape[axis]:
            return same(role, at)
    return UNKNOWN


NEEDED = ("input", "target")

CONTRACTS: dict[str, Contract] = {"gaussian_nll_loss": Contract(_conflicts, _output, _source)}
