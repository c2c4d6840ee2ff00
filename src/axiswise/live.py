"""Explain an exception of a running program: its whole program is replayed on abstract tensors in a child process.

The failing line is never run again on real data. Where the replay does not meet the same error (it depends on data),
the explanation comes from the exception's own words, its frames and the user's source, and its fixes stay unverified.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from axiswise.checking import check_script, warm_sandbox
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Note, Raised, Report
from axiswise.engine import explain_conflict
from axiswise.facts import Conflict, Frame, Trace
from axiswise.frontends.choosing import EAGER, TORCH, warmth_of
from axiswise.frontends.messages.said import said
from axiswise.origin import Span
from axiswise.pasted import as_linear, explain_text
from axiswise.sandbox import SandboxError
from axiswise.source.frames import UserCode
from axiswise.source.shape_evidence import is_about_shape
from axiswise.source.text import Sources

UNMET = Note("read from the error's words: a replay on abstract tensors did not meet it")
_TORN = (RuntimeError, ValueError, IndexError, AssertionError)
_SUBJECT = re.compile(
    r"\b(?:shapes?|sizes?|dim\w*|ndim|ranks?|ax[ei]s|broadcast\w*|numel|batch(?:es)?|channels?|features?|embed\w*"
    r"|heads?|lengths?|indices|index)\b",
    re.IGNORECASE,
)
_TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True, slots=True)
class Program:
    """What was running.

    Attributes:
        path: The script's path; for an interactive session, a file that holds its cells.
        argv: The script's arguments.
        cells: For code that goes by another name than `path`: its name to its file and the lines before it there.
    """

    path: str
    argv: Sequence[str] = ()
    cells: Mapping[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def place(self, span: Span) -> tuple[str, int]:
        """Return the file and the line of a running frame's place."""
        path, before = self.cells.get(span.path, (span.path, 0))
        return os.path.realpath(path), before + span.line


def explained(
    error: BaseException, program: Program | None, seconds: float = 60.0, sources: Sources | None = None
) -> Report | None:
    """Return a report on an exception, or on the one that caused it; None where none is about shapes.

    Args:
        error: The exception, with its traceback.
        program: What was running, where that is known.
        seconds: Time for the replay and the search for fixes.
        sources: The user's files, where some are not on the disk.
    """
    sources = sources or Sources()
    for each in _with_causes(error):
        conflict = _conflict(each, sources)
        if conflict is None and not _torch_refused(each):
            continue
        frames = UserCode(sources).of_error(each)
        found = _replayed(each, program, frames, seconds) if program is not None else None
        if found is None and conflict is not None:
            found = _from_words(each, conflict, frames, sources)
            found = replace(found, notes=(*found.notes, UNMET)) if found is not None and program is not None else found
        if found is not None:
            return Report(findings=(found,))
    return None


def _with_causes(error: BaseException | None) -> Iterator[Exception]:
    """Yield an exception, those that it groups, and those that are told to have caused it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, BaseExceptionGroup):
            grouped: tuple[BaseException, ...] = cast("Any", error).exceptions
            for each in grouped:
                yield from _with_causes(each)
        elif isinstance(error, Exception):
            yield error
        error = error.__cause__


def _words(error: BaseException) -> str:
    """Return an exception's message; empty where it cannot say it."""
    try:
        return str(error)
    except Exception:  # the user's own __str__ failed: python shows that, and there is nothing to read
        return ""


def _conflict(error: Exception, sources: Sources) -> Conflict | None:
    """Return what a message says about shapes, or None where it is about something else."""
    messages = importlib.import_module("axiswise.frontends.messages")
    conflict: Conflict | None = messages.read_message(type(error).__name__, _words(error))
    if conflict is None or type(error).__name__ == "OutOfMemoryError":
        return None
    frames = UserCode(sources).of_error(error)
    return conflict if is_about_shape(conflict, frames, sources) else None


def _torch_refused(error: Exception) -> bool:
    """Return whether torch's own Python raised an error that may be about shapes, in words that nothing reads."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    name: str = traceback.tb_frame.f_globals.get("__name__", "") if traceback else ""
    words = _words(error)
    return type(error) in _TORN and name.startswith("torch.") and (not words or bool(_SUBJECT.search(words)))


def _replayed(error: Exception, program: Program, frames: tuple[Frame, ...], seconds: float) -> Diagnosis | None:
    """Check the whole program and return the one finding that is this exception, or None."""
    options = Options(time_budget=seconds)
    try:
        with warm_sandbox(warmth_of(program.path), seconds) as sandbox:
            report = check_script(program.path, program.argv, options, sandbox)
    except SandboxError:
        return None
    met = next((each for each in report.findings if _is_it(each, error, frames, program)), None)
    return met.with_fixes(met.fixes[:1]) if met is not None else None  # `check` shows the other ways


def _is_it(finding: Diagnosis, error: Exception, frames: tuple[Frame, ...], program: Program) -> bool:
    """Return whether a finding was raised where the exception was, or in its very words."""
    if finding.exception is None:
        return False
    if frames and finding.raised_at is not None:
        if program.place(finding.raised_at) == program.place(frames[-1].span):
            return True
    return finding.exception in (Raised(type(error).__name__, words) for words in (_words(error), said(_words(error))))


def _from_words(error: Exception, conflict: Conflict, frames: tuple[Frame, ...], sources: Sources) -> Diagnosis | None:
    """Explain an exception from its message, its place and what its frames hold."""
    words = _words(error)
    if _TRACEBACK in words:  # a worker process handed its own on as text
        findings = explain_text(words[words.index(_TRACEBACK) :], Path.cwd()).findings
        if findings:
            return findings[0].with_fixes(findings[0].fixes[:1])
    held: Any = importlib.import_module(f"axiswise.frontends.{_family(error)}.raised")
    layer = held.layer_of(error, sources)
    if layer is not None and layer.kind == "Linear":
        conflict = as_linear(conflict)
    conflict.call.layer = layer
    found = explain_conflict(conflict, Trace(), Raised(type(error).__name__, said(words)), frames, sources)
    if found is None:
        return None
    shapes = {name: _shape(sizes) for name, sizes in held.shapes_of(error, sources).items()}
    untold = [f"`{name}` is {shape}" for name, shape in shapes.items() if f"{name}: {shape}" not in found.label]
    here = (Note(f"here {_listed(untold)}"),) if untold else ()
    return replace(found, notes=(*here, *found.notes), fixes=found.fixes[:1])


def _family(error: Exception) -> str:
    """Return the family of frontends whose layers an exception came through: torch's where no Keras was in between."""
    traceback = error.__traceback__
    while traceback is not None:
        if str(traceback.tb_frame.f_globals.get("__name__", "")).startswith(("keras.", "tensorflow.", "tf_keras.")):
            return EAGER
        traceback = traceback.tb_next
    return TORCH if "torch" in sys.modules else EAGER


def _shape(sizes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
