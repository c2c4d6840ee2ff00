"""From an error that is about no operation's sizes to other inputs: the line that raised says what it asked.

A test (`assert t.ndim == 1`, the `if` around a `raise`) that speaks of a tensor's sizes or of their number asks for
other ones. A list that ends before an index that runs along an axis says how long the axis may be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from types import FrameType
from typing import Any

import torch

from axiswise.facts import AxisUse, Conflict, OpCall
from axiswise.frontends.torch.models.asked import demands, is_batch
from axiswise.frontends.torch.models.changing import replaced, spec_of, with_axis
from axiswise.frontends.torch.models.raising import evaluated, evaluated_with, named, others, raised_at, tests_of
from axiswise.frontends.torch.models.reranking import of_rank
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.frontends.torch.tensors import has_fact, ref_of
from axiswise.origin import origin_of
from axiswise.source.text import Sources

MOST_SIZES = 3
"""Sizes of one axis that are tried for one test."""
RANKS = (1, 2, 3, 4, 5)
"""Numbers of axes that a test may ask for."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A size in a test: the part of the test, what it is now, and which axis of which tensor."""

    node: ast.expr
    size: int
    use: AxisUse
    call: OpCall


def refused(trial: Trial, sources: Sources) -> Iterator[CallSpec]:
    """Yield the calls that the line which ended a run asks for, the likeliest first."""
    kinds = {conflict.kind for failure in trial.failures for conflict in failure.conflicts}
    if trial.error is None or kinds - {"other"}:
        return
    for place, (frame, node, source) in enumerate(raised_at(trial.error, sources)):
        for test, wanted in tests_of(node, source):
            yield from _resized(trial, test, wanted, frame)
            yield from _reranked(trial, test, frame)
        if not place and isinstance(trial.error, IndexError):
            yield from _in_length(trial, node, frame)


def _resized(trial: Trial, test: ast.expr, wanted: bool, frame: FrameType) -> Iterator[CallSpec]:
    """Yield calls in which one axis has another size, with which a test holds; one of another input's has its name."""
    spots = list(_spots(trial, test, frame))
    values = [*(spot.size for spot in spots), *(evaluated(each, frame) for each in named(test))]
    for spot in spots:

        def holds(size: int, spot: _Spot = spot) -> bool:
            result = evaluated_with(test, {spot.node: size}, frame)
            return result is not None and bool(result) is wanted

        for other in islice(filter(holds, others(spot.size, test, values)), MOST_SIZES):
            is_only = not any(map(holds, (other - 1, other + 1, 2 * other)))
            conflict = Conflict("other", spot.call, spot.use)
            for demand in demands(trial, conflict, spot.use, other):
                spec = spec_of(trial.call, demand.path)
                if spec is None or demand.axis >= len(spec.axes) or is_batch(trial.call, demand):
                    continue
                name = _name_of(trial, spots, other) or ("" if is_only else spec.axes[demand.axis].name)
                yield replaced(trial.call, demand.path, with_axis(spec, demand.axis, AxisSpec(name, demand.wanted)))


def _spots(trial: Trial, test: ast.expr, frame: FrameType) -> Iterator[_Spot]:
    """Yield the sizes of tensors that a test speaks of: `x.shape[1]`, `x.size(1)`, names of what was read off one."""
    for node in ast.walk(test):
        match node:
            case ast.Subscript(value=ast.Attribute(value=owner, attr="shape"), slice=at):
                pass
            case ast.Call(func=ast.Attribute(value=owner, attr="size"), args=[at]):
                pass
            case ast.Name() | ast.Attribute():
                value = evaluated(node, frame)
                origin = origin_of(value)
                maker = trial.trace.producer(origin.tensor) if origin is not None and origin.kind == "axis" else None
                if origin is not None and maker is not None:
                    ref = maker[0].outputs[maker[1]]
                    yield _Spot(node, value, AxisUse("input", origin.axis, value), _asking(ref))
                continue
            case _:
                continue
        tensor, axis = evaluated(owner, frame), evaluated(at, frame)
        if isinstance(tensor, torch.Tensor) and isinstance(axis, int) and -tensor.ndim <= axis < tensor.ndim:
            size = int(tensor.shape[axis])
            yield _Spot(node, size, AxisUse("input", axis % tensor.ndim, size), _asking(ref_of(tensor)))


def _asking(ref: Any) -> OpCall:
    return OpCall(-1, "asked", {"input": ref}, {}, ())


def _name_of(trial: Trial, spots: list[_Spot], size: int) -> str:
    """Return the name of the axis that a size in a test goes back to."""
    for spot in (each for each in spots if each.size == size):
        for demand in demands(trial, Conflict("other", spot.call, spot.use), spot.use, size):
            spec = spec_of(trial.call, demand.path)
            if spec is not None and demand.axis < len(spec.axes) and demand.wanted == spec.axes[demand.axis].size:
                return spec.axes[demand.axis].name
    return ""


def _reranked(trial: Trial, test: ast.expr, frame: FrameType) -> Iterator[CallSpec]:
    """Yield calls of other ranks for the inputs behind tensors whose number of axes a test speaks of."""
    told = [each.value for each in ast.walk(test) if isinstance(each, ast.Constant)]
    for owner in _counted(test):
        tensor = evaluated(owner, frame)
        if not isinstance(tensor, torch.Tensor) or not has_fact(tensor):
            continue
        for path in trial.inputs_of(ref_of(tensor).id):
            for rank in sorted(RANKS, key=lambda rank: (rank not in told, rank)):
                yield from of_rank(trial.call, path, rank)


def _counted(test: ast.expr) -> Iterator[ast.expr]:
    """Yield the tensors whose axes a test counts: `x.ndim`, `x.dim()`, `len(x.shape)`."""
    for node in ast.walk(test):
        match node:
            case ast.Attribute(value=owner, attr="ndim" | "dim" | "shape" | "ndimension"):
                yield owner
            case _:
                pass


def _in_length(trial: Trial, node: ast.AST, frame: FrameType) -> Iterator[CallSpec]:
    """Yield calls in which a list is as long as what an index into it runs along, or the other way round."""
    around: FrameType | None = frame
    held = _whole(frame)
    while around is not None and around.f_code.co_name.startswith("<"):  # a comprehension knows what is around it
        around = around.f_back
        held |= _whole(around)
    for part in ast.walk(node):
        items = evaluated(part.value, frame) if isinstance(part, ast.Subscript) else None
        if not isinstance(items, (list, tuple, torch.nn.ModuleList)) or not len(items):  # pyright: ignore[reportUnknownArgumentType]
            continue
        longest = len(items)  # pyright: ignore[reportUnknownArgumentType]
        for name, value in trial.call.arguments.items():
            if isinstance(value, list) and len(value) == longest and type(items) is list:  # pyright: ignore[reportUnknownArgumentType]
                longer: list[Any] = [*value, *value[-1:] * longest]  # pyright: ignore[reportUnknownArgumentType]
                yield replace(trial.call, arguments={**trial.call.arguments, name: longer})
        for _, spec in trial.call.tensors():
            for axis in spec.axes[1:]:
                if axis.name and axis.size > longest and axis.size in held:
                    yield trial.call.resized({axis.name: longest})


def _whole(frame: FrameType | None) -> set[int]:
    """Return the whole numbers that a function's names stand for."""
    values = frame.f_locals.values() if frame is not None else ()
    return {int(each) for each in values if isinstance(each, int) and not isinstance(each, bool)}
