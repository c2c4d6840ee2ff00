"""Normalisation along named axes: `input`, and a `weight` with the sizes of the axes that it was built for.

Params: `axis`, the axes by number, and `ndim`, the number of axes it was built for where it takes no other;
`num_groups` of group normalisation. The output has the input's shape.
"""

from __future__ import annotations

from axiswise.facts import Conflict, OpCall
from axiswise.ops.axes import in_range, numbers, position
from axiswise.ops.broadcast import handed, handed_source
from axiswise.ops.clauses import axis_of, differ, setting, wrong_rank
from axiswise.ops.contract import Contract


def _conflicts(call: OpCall) -> list[Conflict]:
    rank, ndim = call.operands["input"].rank, call.params.get("ndim")
    found = wrong_rank(call, "input", ndim) if isinstance(ndim, int) else []
    axes = numbers(call.params.get("axis", -1))
    if found or not all(in_range(axis, rank) for axis in axes):
        return found
    for index, axis in enumerate(axes if "weight" in call.operands else ()):
        found += differ("features", call, axis_of(call, "input", position(axis, rank)), axis_of(call, "weight", index))
    groups = call.params.get("num_groups")
    if isinstance(groups, int) and groups > 0:
        channels = axis_of(call, "input", position(axes[0], rank))
        if channels.size % groups:
            found.append(Conflict("groups", call, channels, setting("groups", groups)))
    return found


CONTRACTS: dict[str, Contract] = {"scale_axes": Contract(_conflicts, handed, handed_source)}

NEEDED = ("input",)
