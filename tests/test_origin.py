"""Sizes are ints that remember where they came from."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from axiswise.origin import LARGEST_TREE, MOST_IN_ONE_PLACE, AnySize, Origin, Size, Span, origin_of

numbers = st.integers(-1000, 1000)


def literal(value: int, line: int = 1) -> Size:
    return Size(value, Origin("literal", value, Span("a.py", line, 0, line, 1)))


@given(numbers, numbers, st.sampled_from(["+", "-", "*", "//", "%", "/"]), st.booleans())
def test_arithmetic_gives_what_ints_give_and_keeps_both_sides(left, right, operator, known_right):
    program = f"a {operator} b"
    other = literal(right, 2) if known_right else right
    try:
        expected = eval(program, {"a": left, "b": right})
    except ZeroDivisionError:
        return
    found = eval(program, {"a": literal(left), "b": other})
    origin = origin_of(found)
    assert found == expected
    assert isinstance(found, float) == isinstance(expected, float)
    assert origin is not None
    assert origin.kind == operator
    assert origin.value == expected
    assert [part.value for part in origin.parts] == [left, right]
    assert len(origin.literals()) == 1 + known_right


@given(numbers, numbers)
def test_a_plain_int_on_the_left_is_kept_too(left, right):
    origin = origin_of(left - literal(right))
    assert origin is not None
    assert [part.value for part in origin.parts] == [left, right]


@given(numbers)
def test_a_size_is_an_int_to_everyone(value):
    size = literal(value)
    assert json.dumps([size]) == json.dumps([value])
    assert hash(size) == hash(value)
    assert f"{size:>4}" == f"{value:>4}"
    assert type(pickle.loads(pickle.dumps(size))) is int
    assert copy.deepcopy([size])[0].origin is size.origin
    assert list(range(abs(size))) == list(range(abs(value)))


def test_a_counters_history_is_cut():
    count: int = literal(0)
    for _ in range(1000):
        count += literal(1)
    assert count == 1000
    assert origin_of(count).nodes <= LARGEST_TREE  # type: ignore[union-attr]


def test_division_and_back_stays_known():
    half = literal(512) / literal(8, 2)
    assert origin_of(half).kind == "/"  # type: ignore[union-attr]


def test_an_open_size_agrees_with_every_number() -> None:
    size = AnySize()
    assert size == 5
    assert size == size * 3 + 2
    assert (size != 7, 7 != size, 7 == size) == (False, False, True)  # noqa: SIM300  an int on the left asks it too
    assert f"{size} {size!r}" == "? ?"
    assert isinstance(4 * size // 2, AnySize)
    assert (4 * size) % 3 == 0
    assert isinstance(copy.deepcopy([size])[0], AnySize)
    assert isinstance(pickle.loads(pickle.dumps(size)), AnySize)


def test_what_is_computed_very_often_in_one_place_is_data() -> None:
    start = literal(2)
    found = [start + at for at in range(MOST_IN_ONE_PLACE + 1)]
    assert origin_of(found[0]) is not None
    assert (found[-1], origin_of(found[-1])) == (MOST_IN_ONE_PLACE + 2, None)
    assert origin_of(start * 3) is not None  # in another place


@given(st.sampled_from(["float32", "float16", "uint8", "int32", "float64", "complex64"]), st.integers(1, 100))
def test_arrays_keep_their_element_type(dtype, number):
    array = np.ones(3, dtype=dtype)
    size, ratio = literal(number), literal(number) / 2
    for ours, theirs in ((size, number), (ratio, number / 2)):
        for found, expected in (
            (array * ours, array * theirs),
            (ours + array, theirs + array),
            (array / ours, array / theirs),
        ):
            assert found.dtype == expected.dtype
            assert (found == expected).all()
    array += size
    assert array.dtype == dtype
