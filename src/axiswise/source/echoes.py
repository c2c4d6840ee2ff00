"""A line that differs from its neighbour by one slip: `v = v.view(...)` below `q = q.view(...).transpose(1, 2)`.

Lines that are written in parallel are meant to do alike; where one of them clashes, it is tried as its neighbour reads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall, Trace
from axiswise.source.ancestry import makers
from axiswise.source.callsite import CallSite
from axiswise.source.provenance import constructor
from axiswise.source.text import SourceFile, Sources
from axiswise.source.unread import names_in

FURTHEST = 8
"""Calls back from the conflict whose lines are looked at."""

ALIKE = 0.7
"""Share of the text that two lines have in common from which on they are parallel."""

_AXES = re.compile(r"(\.(?:transpose|permute|movedim|swapaxes|unsqueeze|squeeze|flatten))\([-\d, ]*\)")
"""Calls that name axes by number: those of parallel lines are the same, where sizes may well be others."""

EVIDENCE = 1.0
BUILT = 0.6
"""What it is worth where layers are built: one may well be wider than the one beside it (keys and values in one)."""
ANOTHER = 0.2
"""What it is worth that a second neighbour reads so; half of it, that a part was left out rather than put in."""
LOST = 0.4
"""What it costs to leave out a name that the line reads: a table of positions is longer than the token beside it."""


def echoes(sources: Sources, trace: Trace, call: OpCall, role: str) -> Iterator[Fix]:
    """Yield edits that write a statement on the way of an operand as a parallel statement beside it reads."""
    seen: set[ast.stmt] = set()
    for steps, maker in ((0, call), *makers(trace, call, role, FURTHEST)):
        places = (*((frame, EVIDENCE) for frame in maker.frames[-1:]), (constructor(maker), BUILT))
        for frame, evidence in places:
            site = CallSite.at(sources, frame)
            statement = site.source.statement_of(site.node) if site is not None else None
            if site is not None and isinstance(statement, ast.Assign) and statement not in seen:
                seen.add(statement)
                yield from _parallel(site.source, statement, evidence - 0.02 * steps)


def _parallel(source: SourceFile, statement: ast.Assign, evidence: float) -> Iterator[Fix]:
    own, mine = _name(statement), source.text_of(statement.value)
    offered: dict[str, Fix] = {}
    for other in _neighbours(source, statement):
        name = _name(other)
        if not own or not name or own == name:
            continue
        theirs = re.sub(rf"\b{re.escape(name)}\b", own, source.text_of(other.value))
        text = _of_own_layer(theirs, mine)
        is_own = _root(mine).startswith(f"{own}.") or isinstance(statement.targets[0], ast.Attribute) or text != theirs
        if text in offered:
            offered[text] = replace(offered[text], evidence=offered[text].evidence + ANOTHER)
        elif is_own and text != mine and _is_parallel(mine, text):
            title = f"write {own} as {name} is written at line {other.lineno}"
            left_out = ANOTHER / 2 if len(text) > len(mine) else 0.0
            lost = LOST if _names(mine) - _names(text) else 0.0
            offered[text] = Fix(title, (Edit(source.span(statement.value), text),), evidence + left_out - lost)
    yield from offered.values()


def _of_own_layer(theirs: str, mine: str) -> str:
    """Return a line with the layer of another in the place of its own: `self.key` for `self.query`."""
    ours, others = (re.findall(r"\w+", _root(text)) for text in (mine, theirs))
    pairs = [pair for pair in zip(ours, others, strict=False) if pair[0] != pair[1]]
    is_further = all(text.count("(") > 1 for text in (mine, theirs))  # a layer's call alone says nothing
    if len(ours) != len(others) or len(pairs) != 1 or ours[0] != "self" or not is_further:
        return theirs
    return re.sub(rf"\b{pairs[0][1]}\b", pairs[0][0], theirs)


def _is_parallel(mine: str, theirs: str) -> bool:
    """Return whether two lines say the same but for a part left out, put in or moved; other numbers are no slip."""
    if _AXES.sub(r"\1()", mine) == _AXES.sub(r"\1()", theirs):
        return True
    ours, others = (set(re.findall(r"\w+", text)) for text in (mine, theirs))
    alike = SequenceMatcher(None, mine, theirs).ratio() >= ALIKE
    return alike and _root(mine) == _root(theirs) and (ours <= others or ours >= others)


def _names(text: str) -> set[str]:
    return names_in(ast.parse(f"({text})", mode="eval"))


def _root(text: str) -> str:
    """Return what a chain of calls begins with: `q.view` of `q.view(b, t).transpose(1, 2)`."""
    return text.partition("(")[0]


def _neighbours(source: SourceFile, statement: ast.Assign) -> Iterator[ast.Assign]:
    """Yield the assignments of the same block that give a value of the same kind, nearest first."""
    parent = source.parents[statement]
    block = [each for each in ast.iter_child_nodes(parent) if isinstance(each, ast.Assign)]
    others = [each for each in block if each is not statement]
    for other in sorted(others, key=lambda each: abs(each.lineno - statement.lineno))[:4]:
        if isinstance(other.value, _WORKED_OUT) and isinstance(other.value, type(statement.value)):
            yield other


_WORKED_OUT = (ast.Call, ast.BinOp, ast.Subscript)
"""What an assignment that is written in parallel to another gives: no mere name or number."""


def _name(statement: ast.Assign) -> str:
    """Return the name that a statement gives a value to, the last part of an attribute; empty for several."""
    target = statement.targets[0]
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
