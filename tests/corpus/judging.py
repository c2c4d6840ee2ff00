"""The cases by which axiswise is judged, one call of `axiswise check` for many of them, and the judgement of each.

A case is a program with what is known of it: nothing is wrong, or which line is. What is known comes from running the
program with the real framework (`ground_truth`), never from axiswise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXAMPLES = ROOT / "examples"
IN_ONE_CALL = 8
SECONDS_EACH = 150
PROVED = ("verified", "verified-for-example")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        lines: Where a finding may stand.
        rules: Slugs of the rules that may speak; empty for any.
        fix: Texts of which the first fix contains one; empty for any.
        also: Lines where the same cause fails again: a further finding there is right, though not asked for.
        fixable: Whether a fix can be expected at all.
    """

    lines: tuple[int, ...]
    rules: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    also: tuple[int, ...] = ()
    fixable: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A program with what is known of it.

    Attributes:
        group: Name of the group it belongs to.
        name: For people.
        file: File name the program is checked under.
        source: The program.
        faults: What is wrong; empty for a right program.
        beside: Folder whose modules it imports.
        backend: The framework that runs it, and Keras in it; empty for torch alone.
    """

    group: str
    name: str
    file: str
    source: str
    faults: tuple[Fault, ...] = ()
    beside: Path | None = None
    backend: str = ""


@dataclass(slots=True)
class Judgement:
    """What axiswise said about a case, measured.

    Attributes:
        case: The case.
        status: Of the target: `checked`, `partial`, `skipped`, `failed`, or `died` where the whole call did.
        reason: Its reason, or empty.
        findings: The findings, as JSON has them.
        detected: Faults of which anything is said.
        located: Faults whose finding stands on their line.
        near: Faults on whose line the finding, its first note or its first fix stands.
        ruled: Faults of which an expected rule speaks.
        mended: Faults whose first fix is proved.
        expected_fix: Faults whose first fix is as expected.
        extra: Findings beyond the number of faults.
        seconds: Wall time.
        found: Each fault with the finding that comes nearest to it.
    """

    case: Case
    status: str
    reason: str
    findings: list[dict[str, Any]]
    detected: int = 0
    located: int = 0
    near: int = 0
    ruled: int = 0
    mended: int = 0
    expected_fix: int = 0
    extra: int = 0
    seconds: float = 0.0
    found: list[tuple[Fault, dict[str, Any] | None]] = field(default_factory=list[tuple[Fault, dict[str, Any] | None]])

    @property
    def quiet(self) -> bool:
        """A right program that was checked to its end without a word."""
        return self.status == "checked" and not self.findings


def clean_cases() -> list[Case]:
    """The right programs: the small ones, and the ten as they stand."""
    paths = [*sorted((HERE / "clean").glob("*.py")), *sorted((HERE / "programs").glob("*.py"))]
    return [
        Case("clean", f"{path.parent.name}/{path.stem}", path.name, path.read_text("utf-8"), beside=path.parent)
        for path in paths
        if path.name != "vit_modules.py"
    ]


def example_cases() -> list[Case]:
    """The examples that users are shown."""
    found: list[Case] = []
    for table in sorted(EXAMPLES.glob("*/expected.json")):
        for name, wanted in json.loads(table.read_text("utf-8")).items():
            faults = wanted.get("faults", [wanted] if wanted.get("rules") else [])
            found.append(
                Case(
                    "examples",
                    f"{table.parent.name}/{name}",
                    name,
                    (table.parent / name).read_text("utf-8"),
                    tuple(
                        Fault(*(tuple(f.get(key, ())) for key in ("lines", "rules", "first_fix_contains", "also")))
                        for f in faults
                    ),
                )
            )
    return found


def _broken(group: str, entries: Iterable[dict[str, Any]]) -> list[Case]:
    found: list[Case] = []
    for number, entry in enumerate(entries):
        lines = (HERE / "programs" / entry["file"]).read_text("utf-8").split("\n")
        if lines[entry["line"] - 1] != entry["old"]:
            raise ValueError(f"{entry['file']}:{entry['line']} has changed since the fault was planted: plant again")
        lines[entry["line"] - 1] = entry["new"]
        fault = Fault((entry["line"],), tuple(entry.get("rules", ())))
        name = f"{number:03} {entry['file']}:{entry['line']} {entry.get('kind', '')}".rstrip()
        found.append(Case(group, name, entry["file"], "\n".join(lines), (fault,)))
    return found


def planted_cases() -> list[Case]:
    """The ten programs with the fault that was planted by hand."""
    return _broken("planted", json.loads((HERE / "faults.json").read_text("utf-8")))


def mutant_cases() -> list[Case]:
    """The faults that `plant` made."""
    return _broken("mutants", json.loads((HERE / "mutants.json").read_text("utf-8")))


def sample_cases() -> list[Case]:
    """Every twelfth of the mutants, for those who cannot wait."""
    return [replace(case, group="sample") for case in mutant_cases()[::12]]


def judge_all(cases: Sequence[Case], workers: int = 2) -> list[Judgement]:
    """Check all cases, several in one call, and judge them in their order."""
    portions = [cases[start : start + IN_ONE_CALL] for start in range(0, len(cases), IN_ONE_CALL)]
    with ThreadPoolExecutor(workers) as pool:
        return [each for portion in pool.map(_check, portions) for each in portion]


def _check(cases: Sequence[Case]) -> list[Judgement]:
    with tempfile.TemporaryDirectory() as folder:
        names: list[str] = []
        for number, case in enumerate(cases):
            place = Path(folder, f"case{number:02}")
            place.mkdir()
            if case.beside is not None:
                for module in case.beside.glob("*_modules.py"):
                    (place / module.name).write_text(module.read_text("utf-8"), "utf-8")
            (place / case.file).write_text(case.source, "utf-8")
            names.append(f"{place.name}/{case.file}")
        call = [sys.executable, "-m", "axiswise", "check", *names, "--format", "json"]
        path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        try:
            done = subprocess.run(
                call,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": path, **_backend(cases[0])},
                capture_output=True,
                text=True,
                timeout=SECONDS_EACH * len(cases),
            )
            report = json.loads(done.stdout)
        except subprocess.TimeoutExpired:
            return [_died(case, "the call took too long") for case in cases]
        except json.JSONDecodeError:
            said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            return [_died(case, said) for case in cases]
    targets = {target["target"]: target for target in report["targets"]}
    judged: list[Judgement] = []
    for case, name in zip(cases, names, strict=True):
        target = targets.get(name, {"status": "died", "reason": "the report has no such target", "seconds": 0.0})
        findings = [each for each in report["findings"] if _belongs(each, name)]
        judged.append(judge(case, target, findings))
    return judged


def _backend(case: Case) -> dict[str, str]:
    return {"KERAS_BACKEND": case.backend} if case.backend and case.backend != "numpy" else {}


def _died(case: Case, reason: str) -> Judgement:
    return judge(case, {"status": "died", "reason": reason, "seconds": 0.0}, [])


def _belongs(finding: dict[str, Any], name: str) -> bool:
    folder = f"{Path(name).parent}/"
    places = [finding["path"], *(note["path"] for note in finding["notes"])]
    return any(place is not None and (place.startswith(folder) or f"/{folder}" in place) for place in places)


def judge(case: Case, target: dict[str, Any], findings: list[dict[str, Any]]) -> Judgement:
    """Measure what was said of a case: each fault is matched with the finding that comes nearest to it."""
    said = Judgement(case, target["status"], target["reason"] or "", findings, seconds=target["seconds"])
    left = list(findings)
    for fault in case.faults:
        best = max(left, key=lambda each: _fit(fault, each), default=None)
        said.found.append((fault, best))
        if best is None:
            continue
        left.remove(best)
        fixes = best["fixes"]
        said.detected += 1
        said.located += best["line"] in fault.lines
        said.near += _near(fault, best)
        said.ruled += best["rule"] in fault.rules
        said.mended += bool(fixes) and fixes[0]["verdict"] in PROVED
        said.expected_fix += bool(fixes) and as_expected(fault, fixes[0])
    welcome = {line for fault in case.faults for line in fault.also}
    said.extra = sum(each["line"] not in welcome for each in left)
    return said


def _fit(fault: Fault, finding: dict[str, Any]) -> tuple[bool, bool, bool]:
    return finding["line"] in fault.lines, finding["rule"] in fault.rules, _near(fault, finding)


def _near(fault: Fault, finding: dict[str, Any]) -> bool:
    lines = {finding["line"]}
    lines.update(note["line"] for note in finding["notes"][:1])
    for fix in finding["fixes"][:1]:
        lines.update(edit["start"][0] for edit in fix["edits"])
    return bool(lines & set(fault.lines))


def as_expected(fault: Fault, fix: dict[str, Any]) -> bool:
    """Whether a fix contains one of the texts that the fault asks for."""
    text = " ".join([fix["title"], *(edit["text"] for edit in fix["edits"])])
    return not fault.fix or any(wanted in text for wanted in fault.fix)


def mended(case: Case, finding: dict[str, Any]) -> str | None:
    """The program with the finding's first fix applied, or None where it has none or mends another file."""
    if not finding["fixes"] or not finding["fixes"][0]["edits"]:
        return None
    lines = case.source.split("\n")
    for edit in sorted(finding["fixes"][0]["edits"], key=lambda each: each["start"], reverse=True):
        if Path(edit["path"]).name != case.file:
            return None
        (first, start), (last, end) = edit["start"], edit["end"]
        lines[first - 1 : last] = (lines[first - 1][:start] + edit["text"] + lines[last - 1][end:]).split("\n")
    return "\n".join(lines)
