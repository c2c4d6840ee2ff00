"""The story of a size in notes: `256 = 16 x 4 x 4, from the flatten at train.py:30`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from axiswise.diagnosis import Note
from axiswise.facts import AxisUse, OpCall, Origin, Trace, is_series
from axiswise.origin import Span, origin_of
from axiswise.source.callsite import CallSite
from axiswise.source.naming import layer_name
from axiswise.source.provenance import Step, constructor, trail
from axiswise.source.text import Sources

SAID = {"from-array": "the data", "load-batch": "the loader", "next-batch": "the data"}
"""What is said for an op word that no one would say."""

MOST_NOTES = 3


def origin_notes(sources: Sources, trace: Trace, call: OpCall, use: AxisUse) -> tuple[Note, ...]:
    """Return notes on where one side's size came from, nearest first."""
    notes = list(_from_param(sources, call, use)) if use.param else []
    if not notes:
        notes = list(_from_trail(sources, trace, call, use))
    return tuple(notes[:MOST_NOTES])


def _where(span: Span | None) -> str:
    return f" at {PurePath(span.path).name}:{span.line}" if span else ""


def _from_param(sources: Sources, call: OpCall, use: AxisUse) -> Iterator[Note]:
    settings: Mapping[str, Any] = call.layer.settings if call.layer else {}
    value = settings.get(use.param, call.params.get(use.param))
    if is_series(value) and 0 <= use.index < len(value):
        value = value[use.index]
    built = constructor(call)
    if use.param in settings and built is not None and call.layer is not None:
        yield Note(f"{use.size} is {use.param} of {layer_name(sources, call)}{_where(built.span)}", built.span)
    origin = origin_of(value)
    if origin is not None:
        yield from _written(sources, origin, built.span if built and use.param in settings else call.site)


def _written(sources: Sources, origin: Origin, near: Span | None) -> Iterator[Note]:
    """Yield the literals that a number was computed from, where they stand on another line."""
    for leaf in origin.literals():
        if leaf.span is None or (near and leaf.span.path == near.path and near.line <= leaf.span.line <= near.end_line):
            continue
        source = sources.file(leaf.span.path)
        line = source.lines[leaf.span.line - 1].strip() if source else ""
        yield Note(f"{int(leaf.value)} is written{_where(leaf.span)}: `{line}`", leaf.span)


def _from_trail(sources: Sources, trace: Trace, call: OpCall, use: AxisUse) -> Iterator[Note]:
    for step in trail(trace, call, use):
        if step.relation == "same" or step.call.site is None:
            continue
        yield Note(_told(sources, step), step.call.site)
        if step.depth > 1:
            return
        if step.relation == "given":
            yield from _given(sources, step)


def _told(sources: Sources, step: Step) -> str:
    name = SAID.get(step.call.op) or _maker(sources, step.call) or layer_name(sources, step.call)
    if step.relation == "product" and len(step.factors) > 1:
        product = " x ".join(str(size) for size in step.factors)
        return f"{step.size} = {product}, from the {name}{_where(step.call.site)}"
    if step.relation == "sum" and len(step.factors) > 1:
        total = " + ".join(str(size) for size in step.factors)
        return f"{step.size} = {total}, joined by {name}{_where(step.call.site)}"
    if step.relation == "window" and step.factors:
        return f"{step.size} is what {name} leaves of {step.factors[0]}{_where(step.call.site)}"
    if step.relation == "part" and step.factors:
        return f"{step.size} is a share of {step.factors[0]}, from {name}{_where(step.call.site)}"
    return f"{step.size} comes from {name}{_where(step.call.site)}"


def _maker(sources: Sources, call: OpCall) -> str:
    """Return what the user's line calls, where a library made the tensor in it: `Linear`, whose weights are empty."""
    if call.operands or call.layer is not None or not call.frames:
        return ""
    site = CallSite.at(sources, call.frames[-1])
    return site.callee().rpartition(".")[2] if site is not None and site.call is not None else ""


def _given(sources: Sources, step: Step) -> Iterator[Note]:
    layer = step.call.layer
    values = [*(layer.settings.values() if layer else ()), *step.call.params.values()]
    flat = [item for value in values for item in (value if is_series(value) else (value,))]
    for value in flat:
        origin = origin_of(value)
        if origin is not None and origin.value == step.size:
            yield from _written(sources, origin, step.call.site)
            return
