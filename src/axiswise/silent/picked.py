"""The best of a batch, or of the steps, where the best of the classes was meant: a loss tells which axis they are."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.silent.factors import Axis, Factor
from axiswise.silent.following import Uses, handed
from axiswise.silent.normalized import SOFTMAXES, class_axes
from axiswise.silent.reducing import chosen
from axiswise.silent.reductions import over

BEST = frozenset({"argmax", "argmin"})
POINTING = frozenset({"index", "index_select", "gather", "take_along_dim", "scatter", "embedding"})
"""What numbers are given to that are places, and no classes."""
SAME = frozenset("squeeze unsqueeze reshape flatten detach to long contiguous".split())


def mispicked(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield picks of the best along another axis than that of the classes; facts: `fault` (`classes`), `by`, `axes`."""
    known = list(_classes(trace, uses))
    for call in trace.calls if known else ():
        data, along = call.operands.get("input"), over(call) if call.op in BEST else ()
        if data is None or len(along) != 1 or not call.outputs:
            continue
        axes = uses.lineage.of(data)
        for classes, factors, by in known:
            found = [axis for axis, own in enumerate(axes) if own == classes]
            if (
                len(found) == 1
                and found[0] != along[0]
                and _factors(axes) == factors
                and not _is_meant(trace, uses, call)
            ):
                facts = {"fault": "classes", "by": by, "axes": (found[0],)}
                yield Conflict("reduction-axis", call, AxisUse("input", along[0], data.shape[along[0]]), facts=facts)
                break


def _classes(trace: Trace, uses: Uses) -> Iterator[tuple[Axis, set[Factor], OpCall]]:
    """Yield axes of classes that a layer gave, what all of their scores is made of, and the call that tells."""
    told = [(data, axis, call) for call, data, axis in class_axes(trace)]
    told += [(call.operands["input"], axis, call) for call in trace.calls for axis in chosen(trace, call)]
    for data, axis, call in told:
        axes = uses.lineage.of(data)
        if axes[axis] and not uses.lineage.is_data(axes[axis]):
            yield axes[axis], _factors(axes), call


def _factors(axes: tuple[Axis, ...]) -> set[Factor]:
    return {factor for own in axes for factor in own}


def _is_meant(trace: Trace, uses: Uses, call: OpCall) -> bool:
    """Return whether the best for each class is meant: chances along that axis, or a place that is read from."""
    makers = handed(trace, call.operands["input"], over(call)[0])
    is_normalised = any(maker.op in SOFTMAXES and over(maker) == (at,) for maker, at in makers)
    read = uses.followed(call.outputs[0], SAME)
    return is_normalised or any(met.call.op in POINTING and met.role != "input" for met in read)
