"""einops patterns as text."""

from __future__ import annotations

import pytest

from axiswise.algebra.pattern import Axis, Unreadable, length, names_of, side, sides


def test_groups_ones_and_dots() -> None:
    assert [axis.names for axis in side("b (h d) 1 () ...")] == [("b",), ("h", "d"), (), (), ("...",)]
    assert side("b (h)") == (Axis(("b",)), Axis(("h",), joined=True))
    assert [axis.dots for axis in side("... a (...)")] == [True, False, False]


def test_names_are_no_numbers() -> None:
    assert names_of(side("a (b 2) 1")) == ["a", "b"]
    assert length("2", {}) == 2
    assert length("a", {"a": 3}) == 3
    assert length("b", {"a": 3}) is None


def test_two_sides() -> None:
    left, right = sides("a b -> (a b)")
    assert (len(left), len(right)) == (2, 1)


@pytest.mark.parametrize("text", ["a b", "a -> b -> c", "(a -> a", "a) -> a", "((a) b) -> a b"])
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(Unreadable):
        sides(text)
