"""Other patterns for einops: two neighbours of the result exchanged, or the result as the file writes it elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall
from axiswise.source.callsite import CallSite
from axiswise.source.provenance import constructor
from axiswise.source.text import SourceFile, Sources

EVIDENCE = 0.85
ELSEWHERE = 0.4
"""What it is worth that the file gives the same axes so in another place."""

BATCH = ("b", "batch", "bs")
BATCH_MOVED = 0.3
"""What speaks against a result whose first axis is no longer the batch: attention would run over it unseen."""


def repatterned(sources: Sources, call: OpCall) -> Iterator[Fix]:
    """Yield other patterns for a call of einops' that joins or moves axes, those that the file also writes first."""
    if not call.op.startswith("einops-") or (call.layer is not None and not call.layer.built):
        return
    frame = constructor(call) or (call.frames[-1] if call.frames else None)
    site = CallSite.at(sources, frame)
    node = _pattern(site, call) if site is not None else None
    if site is None or node is None:
        return
    left, _, right = str(node.value).partition("->")
    known = _elsewhere(site.source, node, left)
    quote = site.source.text_of(node)[0]
    for other in dict.fromkeys((*known, *_exchanged(right))):
        edit = Edit(site.source.span(node), f"{quote}{left.strip()} -> {other}{quote}")
        unusual = BATCH_MOVED if other not in known and _first(right) in BATCH and _first(other) not in BATCH else 0.0
        yield Fix(f"arrange the axes as {other}", (edit,), EVIDENCE + (ELSEWHERE if other in known else 0.0) - unusual)


def _first(names: str) -> str:
    """Return the first name of a result."""
    return next(iter(re.findall(r"\w+", names)), "")


def _pattern(site: CallSite, call: OpCall) -> ast.Constant | None:
    """Return the pattern of a call, where it is written there, on one line."""
    said = call.params.get("pattern")
    given = site.call.args if site.call is not None else ()
    for node in given:
        if isinstance(node, ast.Constant) and node.value == said and site.source.text_of(node)[:1] in ("'", '"'):
            return node if isinstance(said, str) and "->" in said and node.lineno == node.end_lineno else None
    return None


def _elsewhere(source: SourceFile, own: ast.Constant, left: str) -> list[str]:
    """Return the results that other patterns of the file have for the same axes."""
    right = str(own.value).partition("->")[2]
    found: list[str] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "->" in node.value:
            ours, _, theirs = node.value.partition("->")
            if ours.split() == left.split() and theirs.split() != right.split():
                found.append(" ".join(theirs.split()))
    return found


def _exchanged(right: str) -> Iterator[str]:
    """Yield a result with two neighbours exchanged, the last two first."""
    names = re.findall(r"\([^()]*\)|\S+", right)
    for at in range(len(names) - 2, -1, -1):
        yield " ".join([*names[:at], names[at + 1], names[at], *names[at + 2 :]])
