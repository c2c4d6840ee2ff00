"""A declaration of a model's input, corrected to the data that the model is given later in the same run."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall, Shape, Trace
from axiswise.ops.model import SHAPES, pairs
from axiswise.origin import AnySize
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources

FURTHEST = 200
"""Calls back from a conflict among which a declaration is looked for: a deep model has as many."""

EVIDENCE = 1.0
"""Data that are at hand are seldom what is mistaken about a declaration that they contradict."""


def redeclared(sources: Sources, trace: Trace, call: OpCall) -> Iterator[Fix]:
    """Yield edits that declare what data really are, of the inputs that a call's operands come from.

    A declared shape that has as many axes and differs along one of them is left to the edits of that size.
    """
    for declaration in _declarations(trace, call):
        name = next((each for each in declaration.params if each in SHAPES), "")
        built = declaration.layer.built[-1] if declaration.layer is not None and declaration.layer.built else None
        site = CallSite.at(sources, built)
        node = site.argument(name, 0 if name == "shape" else None) if site is not None else None
        data = _data(trace, declaration)
        if node is None or site is None or data is None or any(isinstance(size, AnySize) for size in data):
            continue
        if isinstance(node, ast.Attribute) and node.attr == "shape":
            edit = Edit(site.source.span(node), f"{site.source.text_of(node)}[1:]")
            yield Fix("declare the shape of one sample", (edit,), EVIDENCE)
            continue
        declared = declaration.outputs[0].shape
        if len(data) == len(declared) and sum(a != b for a, b in zip(data[1:], declared[1:], strict=True)) < 2:
            continue
        sizes = data[SHAPES[name] :]
        text = f"({', '.join(str(size) for size in sizes)}{',' if len(sizes) == 1 else ''})"
        yield Fix("declare the shape that the data have", (Edit(site.source.span(node), text),), EVIDENCE)


def _declarations(trace: Trace, call: OpCall) -> Iterator[OpCall]:
    """Yield the declarations that a call's operands come from, nearest first."""
    waiting, seen = deque(ref.id for ref in call.operands.values()), set[int]()
    while waiting and len(seen) < FURTHEST:
        tensor = waiting.popleft()
        found = trace.producer(tensor)
        if found is None or tensor in seen:
            continue
        seen.add(tensor)
        if found[0].op == "declare":
            yield found[0]
        waiting.extend(ref.id for ref in found[0].operands.values())


def _data(trace: Trace, declaration: OpCall) -> Shape | None:
    """Return the shape of the first batch that is given to a declared input; None where the run gives it none."""
    inputs = {each.id for each in declaration.outputs}
    failed = (failure.call for failure in trace.failures if failure.call is not None)
    for each in (*trace.calls, *failed):
        if each.op == "model":
            for role, declared in pairs(each):
                if each.operands[declared].id in inputs:
                    return each.operands[role].shape
    return None
