"""What was forgotten, put where the shapes clash: a layer that nothing calls, a variable that nothing reads.

A thing that is made and never used is hardly meant to be; that its use would also mend the shapes is no coincidence.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall, Trace
from axiswise.source.ancestry import makers
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import is_read_once, uncalled_layers, unread_names

FURTHEST = 24
"""Calls back from the conflict that are looked at."""

NEAR = 2
"""Expressions nearest to the conflict, before and after which a forgotten layer may be called."""

EVIDENCE = 1.2


def remembered(sources: Sources, trace: Trace, call: OpCall, role: str) -> Iterator[Fix]:
    """Yield edits that use what the program makes and never uses, nearest to the conflict first."""
    seen: set[int] = set()
    for steps, site in enumerate(_sites(sources, trace, call, role)):
        if id(site.node) in seen or not isinstance(site.node, ast.expr):
            continue
        seen.add(id(site.node))
        layers = uncalled_layers(site.source, site.node)
        for fix in (*_layers(site, layers, steps < NEAR), *(_variables(site) if steps == 0 else ())):
            yield Fix(fix.title, fix.edits, fix.evidence - 0.02 * steps)


def _sites(sources: Sources, trace: Trace, call: OpCall, role: str) -> Iterator[CallSite]:
    """Yield the user's expressions around a call, and around those that made its operand."""
    if not call.operands:
        yield from _calls_of_statement(sources, call)
    calls = (call, *(maker for _, maker in makers(trace, call, role, FURTHEST)))
    sites = (CallSite.at(sources, frame) for each in calls for frame in reversed(each.frames))
    yield from (site for site in sites if site is not None)


def _calls_of_statement(sources: Sources, call: OpCall) -> Iterator[CallSite]:
    """Yield the calls of the statement that failed, where only Python's own words tell of it (`q, k = f(x)`)."""
    site = CallSite.at(sources, call.frames[-1] if call.frames else None)
    statement = site.source.statement_of(site.node) if site is not None else None
    if site is not None and isinstance(statement, ast.Assign):
        yield from (CallSite(site.source, each) for each in ast.walk(statement.value) if isinstance(each, ast.Call))


def _layers(site: CallSite, layers: list[str], near: bool) -> Iterator[Fix]:
    """Call a layer that nothing calls in the place of another or, near the conflict, before or after it."""
    node = site.call
    own = node is not None and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"
    for name in layers[:2]:
        if node is not None and own:
            span = site.source.span(node.func)
            # In its place, the other would in turn be called by nothing, unless it is called elsewhere too.
            left = is_read_once(site.source, node.func)
            evidence = EVIDENCE - (0.3 if left else 0.0)
            yield Fix(f"call self.{name}, which nothing calls", (Edit(span, f"self.{name}"),), evidence)
        if node is not None and own and near and node.args and not isinstance(node.args[0], ast.Starred):
            given = node.args[0]
            edit = Edit(site.source.span(given), f"self.{name}({site.source.text_of(given)})")
            yield Fix(f"call self.{name} first, which nothing calls", (edit,), EVIDENCE)
        if near and isinstance(site.node, ast.expr):
            edit = Edit(site.source.span(site.node), f"self.{name}({site.source.text_of(site.node)})")
            yield Fix(f"call self.{name} on it, which nothing calls", (edit,), EVIDENCE - 0.05)


def _variables(site: CallSite) -> Iterator[Fix]:
    """Read a variable that nothing reads in the place of another."""
    assert isinstance(site.node, ast.expr)
    read = [each for each in ast.walk(site.node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
    called = {each.func for each in ast.walk(site.node) if isinstance(each, ast.Call)}
    plain = [
        name for name in read if name not in called and not isinstance(site.source.parents.get(name), ast.Attribute)
    ]
    for other in unread_names(site.source, site.node)[:2]:
        for name in plain[:3]:
            edit = Edit(site.source.span(name), other)
            yield Fix(f"read {other}, which nothing reads, in the place of {name.id}", (edit,), EVIDENCE)
