"""Measure axiswise on SFData: `python -m tests.corpus.sfdata PROGRAMS HOW [--mode tf|k3t] [--only ID ...]`.

PROGRAMS is the folder `SFData` of a clone of tensfa/tensfa, whose programs have no licence and are not kept here. HOW
is a folder with `manifest.json`, which says how each program behaves on today's libraries, and `run_program.py`, which
runs one. Of each program is told whether its fault is detected, whether a line that the published repair changes is
named, and whether the first verified fix lets the program really run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Edit, Fix, Report
from axiswise.sandbox import Limits, Sandbox
from axiswise.source.edit import apply_to_text

HERE = Path(__file__).parent
OLD = re.compile(
    r"placeholder|Session|tf\.layers|tf\.assign\b|tf\.log\(|random_uniform\(|random_normal\(|tf\.app|tf\.contrib|"
    r"global_variables_init|make_initializable|get_variable|variable_scope|tf\.select|tf\.to_|tf\.train\.|"
    r"tensorflow\.contrib|tutorials"
)
"""What `run_program.py` takes for a program of TensorFlow 1."""
RENAMED = re.compile(r"((?:Adam|SGD|RMSprop|Adamax|Nadam|Adadelta|Adagrad)\((?:[^()]*?[,\s(])?)lr\s*=")
KERAS = (
    (re.compile(r"\bfrom tensorflow import keras"), "import keras"),
    (re.compile(r"tensorflow\.python\.keras|tensorflow\.keras|tf\.keras"), "keras"),
    (re.compile(r"^([ \t]*)import tensorflow as tf[ \t]*$", re.M), r"\1import keras"),
)

LONGEST = 150
"""Seconds of processor time that a mended program may take: a long loop that did not raise until then is mended."""


@dataclass(frozen=True)
class Program:
    """One program: its identity, its text as it is run today, and what the published repair changes."""

    id: str
    text: str
    original: Path
    changed: tuple[tuple[str, int, int], ...]
    entry: dict[str, Any]

    @property
    def is_old(self) -> bool:
        return OLD.search(self.text) is not None

    def names(self, line: int) -> bool:
        """Return whether a line is one that the repair changes, or one that it inserts something next to."""
        return any(first - (kind == "insert") <= line <= last for kind, first, last in self.changed)


@dataclass
class Result:
    """What was found of one program."""

    program: Program
    report: Report
    mended: bool = False
    outcome: str = ""

    @property
    def errors(self) -> list[Diagnosis]:
        return [each for each in self.report.findings if each.severity == "error" and not each.silent]

    @property
    def named(self) -> bool:
        """Return whether a finding, a note or a fix stands on a line of the repair."""
        return any(self.program.names(line) for each in self.errors for line in _lines(each))


def _lines(finding: Diagnosis) -> Iterator[int]:
    for span in (finding.span, finding.raised_at, *(note.span for note in finding.notes)):
        if span is not None:
            yield span.line
    for fix in finding.fixes[:3]:
        yield from (edit.span.line for edit in fix.edits)


def _programs(folder: Path, how: Path, mode: str, repaired: bool) -> Iterator[Program]:
    seen: set[tuple[str, str]] = set()
    for entry in json.loads((how / "manifest.json").read_text()):
        if not entry.get(mode, {}).get("usable"):
            continue
        path = folder / entry["part"] / f"{entry['id']}_context.py"
        if repaired:
            path = path.with_name(f"{entry['id']}_ground_truth.py")
        text = RENAMED.sub(r"\1learning_rate=", path.read_text(errors="replace"))
        if mode == "k3t":
            for pattern, word in KERAS:
                text = pattern.sub(word, text)
        if (entry["id"], text) not in seen:
            seen.add((entry["id"], text))
            name = entry["id"] if (entry["id"], "") not in seen else f"{entry['id']}b"
            seen.add((entry["id"], ""))
            yield Program(name, text, path, tuple(map(tuple, entry["fix_line_ranges"])), entry[mode])


def _sandbox(how: Path, mode: str, sample: Path, seconds: float) -> Sandbox:
    """Return a sandbox whose warm process has the shims that a program like the sample needs."""
    known = (os.environ.get(name, "") for name in ("SFDATA_PATH", "PYTHONPATH"))
    given = [str(HERE), *(path for paths in known for path in paths.split(os.pathsep) if path)]
    os.environ["PYTHONPATH"] = os.pathsep.join(given)
    os.environ |= {"SFDATA_SHIMS": str(how / "run_program.py"), "SFDATA_MODE": mode, "SFDATA_SAMPLE": str(sample)}
    return Sandbox(("axiswise.frontends.eager.frontend:warm", "sfdata_prelude"), Limits(seconds=seconds))


def _runs(how: Path, mode: str, path: Path) -> str:
    """Run a program for real and return its outcome."""
    command = [sys.executable, str(how / "run_program.py"), mode, str(path)]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 5))

    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited, cwd=path.parent)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "OK"  # it was broken in its first rounds, and was still running
    told = next((line[2:] for line in done.stdout.splitlines() if line.startswith("@@")), "{}")
    told = json.loads(told)
    return str(told.get("outcome")) + (f" {told.get('error', '')[:100]}" if told.get("outcome") != "OK" else "")


def _first(report: Report) -> list[Fix]:
    """Return the first verified fix of each finding that has one."""
    fixes = ([fix for fix in each.fixes if fix.edits and fix.verdict != "unverified"] for each in report.findings)
    return [each[0] for each in fixes if each]


def _mended(text: str, fixes: Sequence[Fix]) -> str | None:
    """Return a program with fixes applied, those left out that touch what another one changes."""
    edits: list[Edit] = []
    for fix in fixes:
        try:
            apply_to_text(text, [*edits, *fix.edits])
        except ValueError:
            continue
        edits += fix.edits
    return apply_to_text(text, edits) if edits else None


def _judged(program: Program, path: Path, sandbox: Sandbox, how: Path, mode: str, seconds: float) -> Result:
    path.write_text(program.text)
    result = Result(program, check([str(path)], Options(time_budget=seconds), sandbox=sandbox))
    text = _mended(program.text, _first(result.report))
    if text is not None and result.errors:
        copy = path.with_name(f"{path.stem}_mended.py")
        copy.write_text(text)
        result.outcome = _runs(how, mode, copy)
        result.mended = result.outcome == "OK"
    return result


def _told(result: Result, seconds: float) -> str:
    program, target = result.program, result.report.targets[0]
    reached = zip("DLM", (result.errors, result.named, result.mended), strict=True)
    marks = "".join(mark if yes else "-" for mark, yes in reached)
    lines = [f"{program.id} {marks} {seconds:.0f}s {target.status} {target.reason or ''}"[:200]]
    if marks == "DLM":
        return lines[0]
    lines.append(f"    is: line {program.entry.get('raise_line')}: {program.entry.get('error', '')[:150]!r}")
    lines.append(f"    repair: {program.changed}")
    for each in result.report.findings:
        line = each.span.line if each.span else None
        lines.append(f"    {each.severity}[{each.rule}] line {line}: {each.message}")
        lines += [f"        note: {note.message} {note.span.line if note.span else ''}" for note in each.notes]
        for fix in each.fixes[:2]:
            edits = [(edit.span.line, edit.text) for edit in fix.edits]
            lines.append(f"        {fix.verdict}: {fix.title} {edits}")
    if result.outcome and not result.mended:
        lines.append(f"    the mended program: {result.outcome}")
    return "\n".join(lines)


def measure(folder: Path, how: Path, mode: str, only: Sequence[str], repaired: bool, seconds: float) -> list[Result]:
    """Check the programs and tell of each as soon as it is known."""
    programs = [each for each in _programs(folder, how, mode, repaired) if not only or each.id in only]
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch:
        for is_old in (False, True):
            group = [each for each in programs if each.is_old == is_old]
            if not group:
                continue
            with _sandbox(how, mode, group[0].original, seconds) as sandbox:
                for program in group:
                    began = time.monotonic()
                    path = Path(scratch, f"{program.id}.py")
                    results.append(_judged(program, path, sandbox, how, mode, seconds))
                    print(_told(results[-1], time.monotonic() - began), flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("programs", type=Path)
    parser.add_argument("how", type=Path)
    parser.add_argument("--mode", choices=("tf", "k3t"), default="tf")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--repaired", action="store_true", help="check the repaired programs: all have to be silent")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    folders = given.programs.resolve(), given.how.resolve()
    results = measure(*folders, given.mode, given.only, given.repaired, given.seconds)
    figures = {
        "programs": len(results),
        "detected": sum(bool(each.errors) for each in results),
        "located": sum(each.named for each in results),
        "mended": sum(each.mended for each in results),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
