"""What a reshape to another number of elements says of the inputs: it writes their axes down, or reads off their sizes.

`x.view(-1, 1, self.steps, self.sensors)` of an input as it comes tells its layout; `weight.view(c, c, 1, 1)` with a `c`
that was read off an input tells how long that axis is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import isqrt, prod
from typing import Any

from axiswise.facts import Conflict, is_series
from axiswise.frontends.torch.models.changing import fixed, replaced, spec_of, squared
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.origin import origin_of


def as_asked(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls with an input in the shape that it is brought to, or with the sizes that were read off one for it."""
    operand, asked = conflict.call.operands.get("input"), _asked(conflict)
    if operand is None or not asked:
        return
    path = trial.given.get(operand.id)
    if path is None:
        if next(trial.inputs_of(operand.id), None) is None:
            yield from _as_read(trial, asked, prod(operand.shape))
        return
    spec, own = spec_of(trial.call, path), [size for size in asked[1:] if size != 1]
    is_own = not any(origin.axes() for size in own if (origin := origin_of(size)))
    if (
        spec is not None
        and not spec.told
        and is_own
        and len(own) > 1
        and min(own) > 0
        and asked[0] in (-1, spec.shape[0])
    ):
        axes = (spec.axes[0], *(AxisSpec("", int(size)) for size in own))
        yield replaced(trial.call, path, replace(spec, axes=axes))


def _as_read(trial: Trial, asked: list[int], elements: int) -> Iterator[CallSpec]:
    """Yield calls with an axis of another size, which was read off an input and is asked of what no input is behind."""
    origins = [origin for size in asked if (origin := origin_of(size)) and origin.kind == "axis"]
    for (tensor, axis), times in Counter((each.tensor, each.axis) for each in origins).items():
        read = next(each.value for each in origins if (each.tensor, each.axis) == (tensor, axis))
        rest = prod(asked) // int(read) ** times
        root = round((elements / rest) ** (1 / times)) if rest > 0 else 0
        if tensor in trial.given and root > 0 and root**times * rest == elements:
            yield fixed(trial.call, trial.given[tensor], axis, root)


def of_elements(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield inputs of which one axis, or the sides, make up for the elements that a reshape asks for."""
    operand, numbers = conflict.call.operands.get("input"), [int(size) for size in _asked(conflict) if size > 1]
    if operand is None or not numbers:
        return
    for path in trial.inputs_of(operand.id):
        spec = spec_of(trial.call, path)
        if spec is None:
            continue
        wanted = prod(size for size in numbers if size != spec.axes[0].size)
        rest = spec.axes[1:]
        if len(rest) == 1:
            yield fixed(trial.call, path, 1, wanted)
        sides = [axis for axis in rest if axis.is_side]
        others = prod(axis.size for axis in rest if not axis.is_side)
        if len(sides) == 2 and wanted % others == 0 and isqrt(wanted // others) ** 2 == wanted // others:
            side = isqrt(wanted // others)
            yield replaced(trial.call, path, replace(spec, axes=squared(spec, side)))
        for at, axis in enumerate(spec.axes[1:], 1):
            size = wanted * axis.size // max(prod(each.size for each in rest), 1)
            if size > 0 and size * prod(each.size for each in rest) == wanted * axis.size:
                yield fixed(trial.call, path, at, size)


def _asked(conflict: Conflict) -> list[Any]:
    """Return the sizes that are written for a reshape, as they were computed."""
    asked = conflict.call.params.get("shape", conflict.call.params.get("sizes"))
    return [*asked] if is_series(asked) else []
