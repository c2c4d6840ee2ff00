"""The measuring of the benchmarks: turns, ratios within a round, tools that are missing. No time is asserted."""

from __future__ import annotations

from benchmarks.measuring import Case, Section, Taken, measured
from benchmarks.peers import peer
from benchmarks.table import table


def _case(name: str, seconds: list[float], said: str = "", against: str = "") -> Case:
    left = iter(seconds)
    return Case(name, lambda: Taken(next(left), said), against)


def test_a_ratio_compares_runs_of_one_round_and_the_first_does_not_count() -> None:
    # The second round that counts was three times slower for both.
    cases = (_case("plain", [9.0, 1.0, 3.0, 1.0]), _case("other", [99.0, 2.0, 6.0, 2.0], against="plain"))
    plain, other = measured(Section("One", "", cases), rounds=3)
    assert list(other.seconds) == [2.0, 6.0, 2.0]
    assert (plain.ratio, plain.more) == (None, None)
    assert (other.ratio, other.more) == (2.0, 1.0)


def test_a_missing_tool_is_told_and_not_run() -> None:
    missing = peer("no_such_tool", "its name", lambda: Taken(1.0))
    (row,) = measured(Section("One", "", (missing,)), rounds=2)
    assert list(row.seconds) == []
    assert "its name" in table(Section("One", "", ()), [row])
    assert "not installed" in table(Section("One", "", ()), [row])


def test_answers_that_differ_between_rounds_are_all_told() -> None:
    answers = iter(["a fix", "a fix", "no fix"])
    (row,) = measured(Section("One", "", (Case("it", lambda: Taken(1.0, next(answers))),)), rounds=2)
    assert row.said == "2 of 3: a fix; 1 of 3: no fix"


def test_an_answer_cannot_break_the_table() -> None:
    rows = list(measured(Section("One", "", (_case("it", [1.0, 1.0], "a|b"),)), rounds=1))
    assert "a\\|b" in table(Section("One", "", ()), rows)
