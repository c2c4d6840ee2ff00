"""Which fixes get a verdict, on runs that are told: nothing is executed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Edit, Fix, Raised
from axiswise.origin import Span
from axiswise.replay import Outcome, Program
from axiswise.source.mend import mending
from axiswise.verify import verified

TEXT = "first 1\nsecond 2\nthird 3\nfourth 4\nfifth 5\n"


def number(line: int) -> Span:
    """The number at the end of a line of TEXT."""
    words = TEXT.splitlines()[line - 1]
    return Span("t.py", line, len(words) - 1, line, len(words))


def to(line: int, *texts: str, choice: bool = False) -> tuple[Fix, ...]:
    """Fixes that write something else there, best first."""
    return tuple(Fix(text, (Edit(number(line), text),), -at, choice) for at, text in enumerate(texts))


def fault(line: int, *fixes: Fix, raised: str = "", **more: object) -> Diagnosis:
    span = Span("t.py", line, 0, line, 5)
    exception = Raised("ValueError", raised) if raised else None
    return replace(Diagnosis(f"rule-{line}", "wrong", span, raised_at=span, exception=exception, fixes=fixes), **more)


def ended(*findings: Diagnosis) -> Outcome:
    """A run that the last finding ended."""
    last = findings[-1]
    assert last.exception is not None
    assert last.raised_at is not None
    reason = f"stopped at line {last.raised_at.line}: ValueError: {last.exception.message}"
    return Outcome("partial", findings, 3, reason)


class Told:
    """A program whose runs are told by its text; keeps what was asked for."""

    def __init__(self, tell: Callable[[str], Outcome]) -> None:
        self.tell = tell
        self.asked: list[tuple[str, bool]] = []

    def replay(self, copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        for copy in copies:
            text = copy.get("t.py", TEXT)
            self.asked.append((text, fixes))
            yield self.tell(text)

    def verified(self) -> tuple[Diagnosis, ...]:
        return verified(self.tell(TEXT), Program(self.replay, lambda path: TEXT), seconds=60)


def verdicts(findings: Sequence[Diagnosis]) -> dict[str, list[tuple[str, str]]]:
    return {each.rule: [(fix.title, fix.verdict) for fix in each.fixes] for each in findings}


CLEAN = Outcome("checked", (), 9)


def test_a_fix_that_stands_outright_needs_no_second_pass() -> None:
    def tell(text: str) -> Outcome:
        if "first 1" in text:
            return ended(fault(1, *to(1, "7", "8"), raised="no"))
        return ended(fault(3, *to(3, "9"), raised="so")) if "first 8" in text else CLEAN

    told = Told(tell)
    assert verdicts(told.verified()) == {"rule-1": [("7", "verified")]}
    assert [fixes for _, fixes in told.asked] == [False, False]


def test_a_fault_that_the_program_survives_needs_no_second_pass() -> None:
    def tell(text: str) -> Outcome:
        kept = [fault(1, *to(1, "7"), raised="no")] if "first 1" in text else [fault(3, *to(3, "9"), raised="so")]
        return Outcome("checked", tuple(kept), 9)

    told = Told(tell)
    assert verdicts(told.verified()) == {"rule-1": []}
    assert [fixes for _, fixes in told.asked] == [False]


def chain(faults: int) -> Callable[[str], Outcome]:
    """Faults on the first lines, each hidden by the one before."""

    def tell(text: str) -> Outcome:
        left = [line for line, was in enumerate(TEXT.splitlines()[:faults], 1) if was in text.splitlines()]
        return ended(fault(left[0], *to(left[0], "0"), raised=f"no {left[0]}")) if left else CLEAN

    return tell


def test_faults_one_behind_the_other_are_verified_together() -> None:
    told = Told(chain(4))
    found = told.verified()
    assert verdicts(found) == {f"rule-{line}": [("0", "verified")] for line in (1, 2, 3, 4)}
    assert [each.behind and each.behind.line for each in found] == [None, 1, 2, 3]
    assert [edit.span for edit in mending(found).edits] == [number(line) for line in (1, 2, 3, 4)]
    assert "first 0\nsecond 0\nthird 0\nfourth 0\nfifth 5\n" in [text for text, _ in told.asked]


def test_faults_too_deep_leave_the_first_unproved() -> None:
    assert verdicts(Told(chain(5)).verified()) == {"rule-1": []}


def moved(*behind: Fix, **more: object) -> Callable[[str], Outcome]:
    """Behind the error at line 1 another comes up at line 3; both an edit there and `70` at line 1 mend it."""

    def tell(text: str) -> Outcome:
        if "first 1" in text:
            return ended(fault(1, *to(1, "7"), raised="no"))
        return ended(fault(3, *behind, raised="so", **more)) if "third 3" in text and "first 70" not in text else CLEAN

    return tell


def test_an_error_best_mended_by_the_same_edit_has_only_moved() -> None:
    again = Fix("again", (Edit(Span("t.py", 1, 6, 1, 7), "70"),), 9)
    assert verdicts(Told(moved(again)).verified()) == {"rule-1": []}
    assert verdicts(Told(moved(again, *to(3, "9"))).verified()) == {"rule-1": []}
    assert "rule-3" in verdicts(Told(moved(replace(again, evidence=-9), *to(3, "9"))).verified())


def test_an_error_that_no_fix_mends_leaves_the_first_unproved() -> None:
    assert verdicts(Told(moved(*to(3, "3"))).verified()) == {"rule-1": []}


def test_an_error_in_a_size_that_the_edit_made_has_only_moved() -> None:
    made, other = Span("t.py", 1, 0, 1, 7), Span("t.py", 2, 0, 2, 8)
    assert verdicts(Told(moved(*to(3, "9"), history=(other, made))).verified()) == {"rule-1": []}
    assert "rule-3" in verdicts(Told(moved(*to(3, "9"), history=(other,))).verified())


def test_fixes_that_stand_one_by_one_and_not_together_are_not_verified() -> None:
    def tell(text: str) -> Outcome:
        if "first 1" in text:
            return ended(fault(1, *to(1, "7"), raised="no"))
        both = "third 9" in text and "second 9" in text
        left = [
            *([fault(2, *to(2, "9"))] if "second 2" in text else []),
            *([fault(3, *to(3, "9"))] if "third 3" in text else []),
            *([fault(4)] if both else []),
        ]
        return Outcome("checked", tuple(left), 9)

    assert verdicts(Told(tell).verified()) == {"rule-1": []}


def test_what_lies_behind_a_choice_waits_for_it() -> None:
    def tell(text: str) -> Outcome:
        if "first 1" in text:
            return ended(fault(1, *to(1, "7", choice=True), raised="no"))
        return ended(fault(3, *to(3, "9"), raised="so")) if "third 3" in text else CLEAN

    found = Told(tell).verified()
    assert verdicts(found) == {"rule-1": [("7", "verified")], "rule-3": [("9", "verified")]}
    assert mending(found).edits == ()
    assert mending(found[1:]).left == ((found[1], "it lies behind an error that is left"),)


def test_only_the_findings_asked_for_are_proved() -> None:
    def tell(text: str) -> Outcome:
        left = [fault(line, *to(line, "9")) for line in (1, 2) if f" {line}\n" in text]
        return Outcome("checked", tuple(left), 9)

    told = Told(tell)
    found = verified(tell(TEXT), Program(told.replay, lambda path: TEXT), seconds=60, only=[1])
    assert verdicts(found) == {"rule-2": [("9", "verified")]}


def test_two_sizes_that_meet_again_are_one_finding_where_nothing_mends_them() -> None:
    roots = frozenset({(number(1), 2), (number(2), 3)})
    first, again, other = (replace(fault(line), rule="contraction", roots=roots) for line in (3, 4, 5))
    other = replace(other, roots=frozenset({(number(1), 2), (number(2), 4)}))
    found = Told(lambda text: Outcome("checked", (first, again, other), 9)).verified()
    assert [each.raised_at for each in found] == [first.raised_at, other.raised_at]
    assert [note.span for note in found[0].notes] == [again.raised_at]
    assert found[1].notes == ()


def test_two_sizes_that_meet_again_are_told_where_each_has_a_fix() -> None:
    roots = frozenset({(number(1), 2), (number(2), 3)})
    kept = [replace(fault(line, *to(line, "9")), roots=roots, rule="contraction") for line in (3, 4)]

    def tell(text: str) -> Outcome:
        return Outcome(
            "checked", tuple(each for each in kept if f"\n{TEXT.splitlines()[each.span.line - 1]}" in text), 9
        )

    assert [each.span.line for each in Told(tell).verified() if each.span] == [3, 4]
