"""Explain an exception of a running program: its whole program is replayed on abstract tensors in a child process.

The failing line is never run again on real data. Where the replay does not meet the same error (it depends on data), the
explanation comes from the exception's own words and the user's source, and its fixes stay unverified.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from axiswise.checking import FRONTEND, check_script
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Raised, Report, Target
from axiswise.engine import explain_conflict
from axiswise.facts import Frame, Trace
from axiswise.sandbox import Limits, Sandbox, SandboxError
from axiswise.source.frames import UserCode
from axiswise.source.shape_evidence import is_about_shape
from axiswise.source.text import Sources

REPLAYING = "AXISWISE_REPLAY"
"""Set in the environment of a replay: explanations inside one would never end."""


@dataclass(frozen=True, slots=True)
class Program:
    """What was running.

    Attributes:
        path: The script's path; for an interactive session, a file that holds its cells.
        argv: The script's arguments.
    """

    path: str
    argv: Sequence[str] = ()


def explained(error: BaseException, program: Program | None, seconds: float = 30.0) -> Report | None:
    """Return a report on an exception, or None where it is not about shapes.

    Args:
        error: The exception, with its traceback.
        program: What was running, where that is known.
        seconds: Time for the replay and the search for fixes.
    """
    if os.environ.get(REPLAYING) or not _may_be_about_shapes(error):
        return None
    sources = Sources()
    frames = UserCode(sources).of_traceback(error.__traceback__)
    report = _replayed(error, program, frames, seconds) if program is not None else None
    if report is not None:
        return report
    found = _from_words(error, frames, sources)
    told = Target(program.path if program else "the program", "partial", "a replay on abstract tensors did not meet this error")
    return Report((told,), (found,)) if found else None


def _may_be_about_shapes(error: BaseException) -> bool:
    if "torch" not in sys.modules or not isinstance(error, Exception):
        return False
    messages = importlib.import_module("axiswise.frontends.torch.messages")
    return messages.read_message(type(error).__name__, str(error)) is not None or _inside_torch(error)


def _inside_torch(error: BaseException) -> bool:
    """Return whether an error was raised by torch's own code, or by an extension called from the last frame."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    name = traceback.tb_frame.f_globals.get("__name__", "") if traceback else ""
    return isinstance(error, (RuntimeError, ValueError, IndexError, AssertionError)) and name.startswith("torch.")


def _replayed(error: BaseException, program: Program, frames: tuple[Frame, ...], seconds: float) -> Report | None:
    """Check the whole program and return a report of the one finding that is this exception, or None."""
    options = Options(time_budget=seconds)
    try:
        with Sandbox((f"{FRONTEND}:warm",), Limits(seconds=seconds)) as sandbox:
            report = check_script(program.path, program.argv, options, sandbox)
    except SandboxError:
        return None
    lines = {(os.path.basename(frame.span.path), frame.span.line) for frame in frames}
    for finding in report.findings:
        raised = finding.raised_at
        if raised is not None and (os.path.basename(raised.path), raised.line) in lines:
            return Report(report.targets, (finding,))
    message = str(error)
    same = [each for each in report.findings if each.exception and each.exception.message == message]
    return Report(report.targets, (same[0],)) if same else None


def _from_words(error: BaseException, frames: tuple[Frame, ...], sources: Sources) -> Diagnosis | None:
    """Explain an exception from its message and its place alone."""
    messages = importlib.import_module("axiswise.frontends.torch.messages")
    conflict = messages.read_message(type(error).__name__, str(error))
    if conflict is None or not is_about_shape(conflict, frames, sources):
        return None
    return explain_conflict(conflict, Trace(), Raised(type(error).__name__, str(error)), frames, sources)
