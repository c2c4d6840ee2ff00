"""Plant faults that raise nothing in models and programs, see what is said: `python -m tests.corpus.silent_mutants`.

Truth is the real framework: a mutant counts where original and mutant both run on the same weights and inputs, and what
comes out differs. Models are checked by a script that builds and calls them, programs as they are.
What `check` does not find, the audit is asked: `axiswise.audit` of the model with the same inputs, `run --audit` of the
program. `--only NAME ...` takes some originals, `--each N` that many mutants of one; what comes of each is added to
`--record FILE`, a line of JSON each, and what stands there is not done again. `--again` judges those of the record once
more that were not found, `--summary` only prints what it holds.
"""

from __future__ import annotations

import argparse
import ast
import random
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from axiswise.checking import check, warm_sandbox
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis
from axiswise.frontends.choosing import TORCH, Warmth
from axiswise.sandbox import Sandbox
from tests.corpus.model_mutants import torchvision_for
from tests.corpus.plant import Plant, planted
from tests.corpus.records import record, recorded
from tests.corpus.silent_plants import KINDS, silent_plants
from tests.corpus.silent_subjects import SUBJECTS, Subject

BUDGET = 60.0
ORIGINAL = Plant("", 0, 0, 0, "")


@dataclass(slots=True)
class Mutant:
    """A model or a program with a fault that raises nothing, and what was said of it.

    Attributes:
        subject: The title of what it was planted in.
        plant: The fault; `ORIGINAL` for none.
        checked: What `check` says that it does not say of the original.
        located: Whether it says so of the planted line.
        audited: What the audit says; None where it was not asked.
        reason: What was not looked at, and why.
        seconds: How long it took to say so.
    """

    subject: str
    plant: Plant
    checked: list[str] = field(default_factory=list[str])
    located: bool = False
    audited: list[str] | None = None
    reason: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, Plant]:
        return self.subject, self.plant

    @property
    def found(self) -> bool:
        return bool(self.checked or self.audited)

    def told(self) -> str:
        """Return one line: whether it was found, what was planted, and what was said."""
        word = "check" if self.checked else "audit" if self.audited else "UNSEEN"
        if self.plant == ORIGINAL:
            word, place = "FALSE ALARM" if self.checked else "right", self.subject
        else:
            place = f"{self.subject}:{self.plant.line} {self.plant.kind} -> {self.plant.text!r}"
        said = "; ".join(self.checked or self.audited or [self.reason])
        return f"{word:7}{place} | {said[:300]} [{self.seconds:.0f}s]"


def mutants(subject: Subject, each: int, seed: int) -> list[Mutant]:
    """Return faults that raise nothing and change what comes out, as many kinds as there are.

    Raises:
        RuntimeError: The original itself does not run.
    """
    source = subject.source()
    expected = subject.ran(source)
    candidates = silent_plants(source)
    random.Random(seed).shuffle(candidates)
    by_kind: dict[str, list[Plant]] = {}
    for plant in candidates:
        by_kind.setdefault(plant.kind, []).append(plant)
    found: list[Mutant] = []
    lines: set[tuple[str, int]] = set()
    while len(found) < each and any(by_kind.values()):
        for kind in list(by_kind):
            while by_kind[kind] and len(found) < each:
                plant = by_kind[kind].pop()
                text = planted(source, plant)
                if (kind, plant.line) in lines or not _differs(source, text):
                    continue
                with suppress(RuntimeError):
                    if subject.ran(text).differs(expected):
                        found.append(Mutant(subject.title, plant))
                        lines.add((kind, plant.line))
                        break
    return found


def _differs(source: str, text: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


# -- what is said -----------------------------------------------------------------------------------------------------
def judge(mutant: Mutant, subject: Subject, sandbox: Sandbox, usual: Collection[Diagnosis]) -> Sequence[Diagnosis]:
    """Have a mutant checked, and return what is said; `usual` is said of the original too."""
    began, source = time.monotonic(), subject.source()
    if mutant.plant != ORIGINAL:
        source = planted(source, mutant.plant)
    with tempfile.TemporaryDirectory() as folder:
        target = subject.laid_out(source, Path(folder))
        report = check([target], Options(time_budget=BUDGET), sandbox=sandbox)
    said = [(each.rule, each.span.line if each.span else 0) for each in usual]
    new = [each for each in report.findings if (each.rule, each.span.line if each.span else 0) not in said]
    mutant.checked = [f"{each.severity}[{each.rule}]: {each.message}" for each in new]
    mutant.located = any(each.span is not None and each.span.line == mutant.plant.line for each in new)
    mutant.reason = " ".join(filter(None, (report.targets[0].status, report.targets[0].reason)))
    mutant.seconds = time.monotonic() - began
    return report.findings


def experiment(mutant: Mutant, subject: Subject) -> None:
    """Have a mutant audited that `check` says nothing of."""
    said = subject.audited(planted(subject.source(), mutant.plant))
    usual = [_place(each) for each in subject.audited(subject.source())] if said else []
    mutant.audited = [each for each in said if _place(each) not in usual]


def _place(said: str) -> str:
    """Return what is said without the numbers that were measured."""
    return said.partition(": c")[0]


# -- the figures ------------------------------------------------------------------------------------------------------
def summary(judged: Iterable[Mutant]) -> Iterator[str]:
    """Yield the figures of each kind and of all, as a table's rows, and those of the originals."""
    originals = [each for each in judged if each.plant == ORIGINAL]
    faults = [each for each in judged if each.plant != ORIGINAL]
    yield "| fault | planted | found by check | at the line | found by audit alone | found |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    counted = Counter(each.plant.kind for each in faults)
    for kind in [*(kind for kind in KINDS if counted[kind]), "all"]:
        those = [each for each in faults if kind in (each.plant.kind, "all")]
        checked = sum(bool(each.checked) for each in those)
        audited = sum(each.found for each in those) - checked
        share = 100 * (checked + audited) / max(len(those), 1)
        counts = [len(those), checked, sum(each.located for each in those), audited]
        yield f"| {kind} | {' | '.join(map(str, counts))} | {checked + audited} ({share:.0f}%) |"
    programs = sum(each.subject.endswith(".py") for each in originals)
    alarms = [each for each in originals if each.checked]
    yield f"\n{len(originals) - programs} models and {programs} programs; said of {len(alarms)} of them as they are."


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.corpus.silent_mutants", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="titles of originals, or parts of them")
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--again", action="store_true", help="judge those that were not found, and false alarms, again")
    parser.add_argument("--unaudited", action="store_true", help="leave the audit for later")
    parser.add_argument("--summary", action="store_true")
    asked = parser.parse_args()
    known = recorded(asked.record, Mutant)
    if not asked.summary:
        for library in dict.fromkeys(each.library for each in SUBJECTS):
            wanted = [each for each in SUBJECTS if each.library == library]
            wanted = [each for each in wanted if not asked.only or any(name in each.title for name in asked.only)]
            with torchvision_for(library):
                run(wanted, known, asked)
    judged = sorted(known.values(), key=lambda each: (each.plant.kind, each.subject))
    print(*(each.told() for each in judged if each.found == (each.plant == ORIGINAL)), sep="\n")
    print(*summary(judged), sep="\n")


def run(subjects: list[Subject], known: dict[tuple[str, Plant], Mutant], asked: argparse.Namespace) -> None:
    """Judge one library's models, or the programs: each original, then its mutants."""
    families = tuple(dict.fromkeys(each.library for each in subjects if each.library))
    with warm_sandbox(Warmth(TORCH, families), BUDGET) as sandbox:
        for subject in subjects:
            own = [each for each in known.values() if each.subject == subject.title]
            due = [each for each in own if each.found == (each.plant == ORIGINAL)] if asked.again else []
            if not asked.again and len(own) <= asked.each:
                try:
                    due = [Mutant(subject.title, ORIGINAL), *mutants(subject, asked.each, asked.seed)]
                except (RuntimeError, ModuleNotFoundError) as error:
                    print(subject.title, error, flush=True)
                    continue
                due = [each for each in due if each.key not in known]
            if not due:
                continue
            original = Mutant(subject.title, ORIGINAL)
            usual = judge(original, subject, sandbox, ())
            for mutant in due:
                if mutant.plant == ORIGINAL:
                    mutant = original
                else:
                    judge(mutant, subject, sandbox, usual)
                    if not mutant.checked and not asked.unaudited:
                        experiment(mutant, subject)
                known[mutant.key] = mutant
                record(mutant, asked.record)
                print(mutant.told(), flush=True)


if __name__ == "__main__":
    main()
