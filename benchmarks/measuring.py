"""Measuring on a machine that others use too: rounds in which everything has its turn, medians, ratios within a round.

A ratio compares two runs of one round, seconds apart, so that what slows the machine down slows both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300.0
"""Seconds after which a run is given up."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One run: how long it took, and what it answered, in a few words."""

    seconds: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to measure.

    Attributes:
        name: What is run, as it stands in the table.
        run: Runs it once; None where its tool is not installed.
        against: Name of the case of the same section that it is compared with; empty for that one itself.
    """

    name: str
    run: Callable[[], Taken] | None
    against: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one case; `seconds` holds one number a round."""

    case: Case
    seconds: Sequence[float] = ()
    reference: Sequence[float] = ()
    said: str = ""

    @property
    def ratio(self) -> float | None:
        """Median over the rounds of how many times the reference's time it took."""
        pairs = [own / other for own, other in zip(self.seconds, self.reference, strict=False)]
        return median(pairs) if pairs else None

    @property
    def more(self) -> float | None:
        """Median over the rounds of the seconds that it took beyond the reference."""
        pairs = [own - other for own, other in zip(self.seconds, self.reference, strict=False)]
        return median(pairs) if pairs else None


@dataclass(frozen=True, slots=True)
class Section:
    """Cases that are measured together, and what is to be known when reading their table."""

    title: str
    about: str
    cases: tuple[Case, ...] = field(default=())


def measured(section: Section, rounds: int) -> Iterator[Row]:
    """Yield the rows of a section's table, after a first round that does not count: it fills the caches.

    Args:
        section: What to measure.
        rounds: How often each case is run, in turns.
    """
    seconds: dict[str, list[float]] = {case.name: [] for case in section.cases}
    said: dict[str, Counter[str]] = {case.name: Counter() for case in section.cases}
    for number in range(rounds + 1):
        for case in section.cases:
            if case.run is None:
                continue
            print(f"  round {number}: {case.name}", file=sys.stderr, flush=True)
            taken = case.run()
            said[case.name][taken.said] += 1
            if number:
                seconds[case.name].append(taken.seconds)
    for case in section.cases:
        reference = seconds.get(case.against, [])
        yield Row(case, seconds[case.name], reference, _answer(said[case.name]) if case.run else "not installed")


def _answer(said: Counter[str]) -> str:
    """Return what a tool answered; where its rounds differ, every answer with how often it came."""
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{count} of {said.total()}: {answer}" for answer, count in said.most_common())


def process(
    arguments: Sequence[str], said: Callable[[subprocess.CompletedProcess[str]], str] = lambda _done: ""
) -> Callable[[], Taken]:
    """Return what runs a command once, from its start to its end.

    Args:
        arguments: The command and its arguments; `python` stands for this interpreter.
        said: Reads the answer out of what it printed.
    """
    command = [sys.executable if word == "python" else word for word in arguments]

    def run() -> Taken:
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | {"MPLBACKEND": "Agg", "COLUMNS": "200"},
                capture_output=True,
                text=True,
                timeout=LONGEST,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return Taken(LONGEST, f"no answer within {LONGEST:.0f} s")
        return Taken(time.perf_counter() - began, said(done))

    return run


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a command printed, or that it complained with."""
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    return lines[-1] if lines else ""
