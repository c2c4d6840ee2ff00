"""Pasted text to findings: the errors that a message, a traceback or a whole log tells of, as far as it goes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from axiswise.algebra.factors import as_maps
from axiswise.diagnosis import Diagnosis, Note, Raised, Report, Target
from axiswise.engine import explain_conflict
from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.frontends.messages import find_messages, read_message
from axiswise.frontends.messages.said import said
from axiswise.rules.rule import rule_named
from axiswise.source.locating import Located, locate
from axiswise.source.log import LoggedError, read_log, without_colours
from axiswise.source.text import Sources

MOST_ALSO = 8
"""Further stored parameters that a finding names one by one."""

_LIBRARY_LINEAR = re.compile(r"torch[/\\]nn[/\\]modules[/\\]linear\.py$")
_LIBRARY = re.compile(r"[/\\](torch|keras|tf_keras|tensorflow|numpy|jax)[/\\]")
_IN_PARAGRAPHS = ("ValueError", "InvalidArgumentError", "RuntimeError")
_OF_A_SHAPE = re.compile(r"=.*(?:\.shape\b|\.size\(\s*\))")


MOST_CAUSES = 3

MOST_CONTINUED = 400
"""Lines in which a message may go on after its first paragraph."""


def explain_text(text: str, root: Path) -> Report:
    """Explain every error about shapes, element types or devices in a text, each root cause once.

    Args:
        text: A message, a traceback, or a log of any length.
        root: The folder under which the source files of its frames are looked for.

    Returns:
        A report with one target for the text: `checked`, `partial` where an error was read that no rule explains,
        `skipped` where there was none.
    """
    sources = Sources()
    findings: dict[object, Diagnosis] = {}
    read = unexplained = 0
    for error, conflicts, framework in _errors(without_colours(text)):
        read += 1
        located = locate(error.frames, root, sources, conflicts[0].call.op)
        diagnosis = _explained(error, conflicts, located, sources, framework)
        if diagnosis is None:
            unexplained += 1
        else:
            findings.setdefault((_identity(conflicts[0]), diagnosis.raised_at), diagnosis)
    if not read:
        target = Target("pasted text", "skipped", "no shape error found in the text")
    elif unexplained:
        target = Target("pasted text", "partial", f"no rule speaks for {unexplained} of the {read} errors in the text")
    else:
        target = Target("pasted text", "checked")
    return Report((target,), tuple(findings.values()))


def _errors(text: str) -> Iterator[tuple[LoggedError, list[Conflict], str]]:
    """Yield the errors that are ours to explain: one of each chain, then messages that stand alone, each once.

    With each comes what it says and the framework whose words it uses, empty where that is not known.
    """
    lines = text.split("\n")
    chains: set[int] = set()
    seen: set[object] = set()
    known: dict[tuple[str, str], tuple[list[Conflict], str]] = {}
    logged = read_log(text)
    starts = [*(each.line for each in logged if each.type), len(lines) + 1]
    done = 0
    for error in logged:
        if error.line < done:
            continue
        error = replace(error, message=said(error.message))
        key = (error.type, error.message)
        if key not in known:
            known[key] = _read(error)
        if not known[key][0] and error.frames and error.type.endswith(_IN_PARAGRAPHS):
            whole = _continued(error, lines, starts)
            longer = (whole.type, whole.message)
            if longer not in known:
                known[longer] = _read(whole) if find_messages(whole.message) else ([], "")
            if known[longer][0]:
                error, key = whole, longer
        done = error.end
        conflicts, framework = _fitting(known[key][0], error), known[key][1]
        if error.frames or conflicts:  # else the message may go on in lines that no traceback claims
            lines[error.line - 1 : error.end - 1] = [""] * (error.end - error.line)
        if error.chain in chains or not conflicts:
            continue
        chains.add(error.chain)
        identity = _identity(conflicts[0])
        place = (identity, error.frames[-1].path, error.frames[-1].line) if error.frames else identity
        if place not in seen:
            seen |= {identity, place}
            yield error, conflicts, framework
    for found in find_messages("\n".join(lines)):
        identity = _identity(found.conflict)
        if identity not in seen and found.conflict.kind != "unpack":
            seen.add(identity)
            error = LoggedError(found.type, said(found.message), (), 0, 0)
            yield error, _fitting([found.conflict], error), found.framework


def _continued(error: LoggedError, lines: list[str], starts: list[int]) -> LoggedError:
    """Return an error with the paragraphs that follow its first one, up to the next error: Keras writes several."""
    end = min(len(lines) + 1, error.end + MOST_CONTINUED, starts[bisect_left(starts, error.end)])
    more = "\n".join(lines[error.end - 1 : end - 1])
    return replace(error, message=said(f"{error.message}\n{more}"), end=end)


def _read(error: LoggedError) -> tuple[list[Conflict], str]:
    """Return what an error's message says, and in whose words: one conflict, or several stored parameters."""
    messages = find_messages(error.message)
    conflicts = [found.conflict for found in messages]
    framework = messages[0].framework if messages else ""
    stored = [conflict for conflict in conflicts if conflict.kind == "weights" and conflict.left]
    if stored or conflicts:
        return stored or conflicts[:1], framework
    unknown = read_message(error.type, error.message)
    return ([unknown] if unknown else []), _framework_of(error)


def _framework_of(error: LoggedError) -> str:
    """Return the framework through which an error's frames go, empty where none is seen."""
    through = _LIBRARY.findall("\n".join(frame.path for frame in error.frames))
    last = str(through[-1]) if through else ""
    return "keras" if last == "tf_keras" else last


def _fitting(conflicts: list[Conflict], error: LoggedError) -> list[Conflict]:
    """Return the conflicts as the traceback shows them: the layer's where one ran, none where no shape is in sight."""
    if not conflicts:
        return []
    first = conflicts[0]
    if first.kind == "unpack" and not (error.frames and _OF_A_SHAPE.search(error.frames[-1].text)):
        return []
    # Without a traceback "mat1 and mat2" stands for a linear layer: few multiply two matrices by hand.
    if first.call.op == "matmul" and (_calls_linear(error) if error.frames else "mat1 and mat2" in error.message):
        return [as_linear(first)]
    return conflicts


def _calls_linear(error: LoggedError) -> bool:
    last = error.frames[-1]
    return bool(_LIBRARY_LINEAR.search(last.path)) or "F.linear(" in last.text or "functional.linear(" in last.text


def as_linear(conflict: Conflict) -> Conflict:
    """Return a product's conflict as that of the linear layer which ran it; its weight is (outputs, inputs)."""
    left, right = conflict.call.operands.get("left"), conflict.call.operands.get("right")
    if conflict.kind != "contraction" or left is None or right is None or right.rank != 2:
        return conflict
    operands = {"input": left, "weight": TensorRef(-1, right.shape[::-1])}
    features, built = left.shape[-1], right.shape[0]
    use, weight = AxisUse("input", left.rank - 1, features), AxisUse("weight", 1, built, param="in_features")
    return Conflict("contraction", OpCall(-1, "linear", operands), use, weight)


def _explained(
    error: LoggedError, conflicts: list[Conflict], located: Located, sources: Sources, framework: str
) -> Diagnosis | None:
    warned = error.type.endswith("Warning")
    raised = Raised(error.type, error.message) if not warned and (error.type or error.message) else None
    first = conflicts[0]
    conflict = replace(first, call=replace(first.call, op=first.call.op or "operation"))
    diagnosis = explain_conflict(conflict, Trace(), raised, located.frames, sources)
    if diagnosis is None:
        return None
    notes = (
        *diagnosis.notes,
        *_also(conflicts),
        *_sizes(conflict),
        *_place(located),
        *_usual(diagnosis.rule, framework),
    )
    severity = "warning" if warned else diagnosis.severity
    return replace(diagnosis, notes=tuple(dict.fromkeys(notes)), exception=raised, severity=severity, silent=warned)


def _identity(conflict: Conflict) -> object:
    """Return what makes two errors one: the clause, the sizes and the shapes."""
    shapes = tuple((role, ref.shape) for role, ref in conflict.call.operands.items())
    return conflict.kind, conflict.call.op, conflict.left, conflict.right, shapes, repr(sorted(conflict.facts.items()))


def _also(conflicts: list[Conflict]) -> Iterator[Note]:
    for other in conflicts[1 : MOST_ALSO + 1]:
        stored, built = other.call.operands["stored"].shape, other.call.operands["parameter"].shape
        yield Note(f"also `{other.facts.get('name')}`: {stored} in the checkpoint, {built} in the model")
    if len(conflicts) > MOST_ALSO + 1:
        yield Note(f"and {len(conflicts) - MOST_ALSO - 1} more parameters")


def _sizes(conflict: Conflict) -> Iterator[Note]:
    """Say how two contracted sizes could be made of others: flattened maps, merged axes, an axis in another place."""
    left, right = conflict.left, conflict.right
    if conflict.kind != "contraction" or left is None or right is None or min(left.size, right.size) < 2:
        return
    found, wanted = as_maps(left.size, right.size)
    if found and wanted:
        yield Note(f"{left.size} = {found} and {right.size} = {wanted}: flattened maps of {found.channels} channels")
    if left.size % right.size == 0:
        yield Note(f"{left.size} = {left.size // right.size} x {right.size}: another axis is merged into the features")
    elif right.size % left.size == 0:
        yield Note(f"{right.size} = {right.size // left.size} x {left.size}: an axis is missing from the features")
    for role, use, other in (("left", left, right), ("right", right, left)):
        operand = conflict.call.operands.get(use.operand)
        if operand is not None and role == "left" and operand.rank == 2 and operand.shape[0] == other.size:
            yield Note(f"axis 0 of {operand.shape} has {other.size}: transposed, the two fit")


def _usual(slug: str, framework: str) -> Iterator[Note]:
    """Yield what usually brings such an error about and what to look at: without the program no more can be said."""
    rule = rule_named(slug)
    if rule is not None:
        yield from (Note(f"often: {cause}") for cause in rule.causes(framework)[:MOST_CAUSES])
        remedy = rule.remedy(framework)
        yield from [Note(f"to mend it: {remedy}")] if remedy else []


def _place(located: Located) -> Iterator[Note]:
    if located.changed is not None:
        path, line = located.changed.path, located.changed.line
        yield Note(f"{path} reads differently from the traceback at line {line}, so the finding is not located")
    elif located.innermost is not None and not located.frames:
        yield Note(f"raised at {located.innermost.path}:{located.innermost.line}; the file is not at hand")
