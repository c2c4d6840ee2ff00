"""The terms of a loss: which of the values that went into it are no single numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall, Trace
from axiswise.source.ancestry import makers
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources

FURTHEST = 10
"""Calls back from the loss in which its terms are looked for."""

EVIDENCE = 0.3


def terms(sources: Sources, trace: Trace, call: OpCall, role: str) -> Iterator[Fix]:
    """Yield means of the named terms of a loss that have several elements: its name says that one number was meant."""
    for steps, maker in makers(trace, call, role, FURTHEST):
        site = CallSite.at(sources, maker.frames[-1] if maker.frames else None)
        statement = site.source.statement_of(site.node) if site is not None else None
        if site is None or steps == 0 or not isinstance(statement, ast.Assign) or not maker.outputs:
            continue
        target, value = statement.targets[0], statement.value
        is_loss = isinstance(target, ast.Name) and "loss" in target.id.lower()
        if isinstance(target, ast.Name) and is_loss and value is site.node and maker.outputs[0].rank:
            edit = Edit(site.source.span(value), f"{site.text(value)}.mean()")
            yield Fix(f"take the mean of {target.id}", (edit,), EVIDENCE + 0.1 * steps)
