"""Places of an edited copy, brought back: what is then edited in the text gives what was edited in the copy."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from axiswise.diagnosis import Diagnosis, Edit, Fix, Note
from axiswise.origin import Span
from axiswise.source.edit import apply_to_text
from axiswise.source.shift import Shift

LETTERS = st.text(st.sampled_from("ab(,)\n"), max_size=40)
NEW = st.text(st.sampled_from("XY\n"), max_size=4)


def span(text: str, start: int, end: int) -> Span:
    """The span of two offsets of a text."""
    (line, column), (end_line, end_column) = (
        (text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)) for at in (start, end)
    )
    return Span("t.py", line, column, end_line, end_column)


@st.composite
def edited(draw: st.DrawFn, text: str, most: int) -> list[Edit]:
    """Edits of a text, none touching another."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=2 * most, unique=True)))
    return [Edit(span(text, *pair), draw(NEW)) for pair in zip(cuts[::2], cuts[1::2], strict=False)]


@given(st.data(), LETTERS)
def test_an_edit_brought_back_does_the_same(data: st.DataObject, text: str) -> None:
    first = data.draw(edited(text, 3))
    copy = apply_to_text(text, first)
    later = data.draw(edited(copy, 2))
    back = Shift(first).fix_before(Fix("later", tuple(later)))
    assume(back is not None)
    assert apply_to_text(text, [*first, *back.edits]) == apply_to_text(copy, later)


@given(st.data(), LETTERS)
def test_a_line_and_its_copy_are_each_others(data: st.DataObject, text: str) -> None:
    edits = data.draw(edited(text, 3))
    shift = Shift(edits)
    for line in range(1, text.count("\n") + 2):
        if all(edit.span.end_line < line or line < edit.span.line for edit in edits):
            moved = shift.line("t.py", line)
            assert shift.span_before(Span("t.py", moved, 0, moved, 0)) == Span("t.py", line, 0, line, 0)
    assert shift.line("other.py", 7) == 7


TEXT = "x = f(a)\ny = g(x, 10)\n"
WRAPPED = Edit(Span("t.py", 1, 6, 1, 7), "a[\n    0\n]")


@pytest.mark.parametrize(
    ("at", "back"),
    [
        (Span("t.py", 4, 9, 4, 11), Span("t.py", 2, 9, 2, 11)),
        (Span("t.py", 1, 4, 1, 5), Span("t.py", 1, 4, 1, 5)),
        (Span("t.py", 3, 0, 3, 1), None),
        (Span("t.py", 3, 1, 3, 1), None),
        (Span("t.py", 1, 4, 3, 2), None),
        (Span("u.py", 3, 1, 3, 1), Span("u.py", 3, 1, 3, 1)),
    ],
    ids=["below", "before", "within", "at its end", "around", "another file"],
)
def test_a_fix_that_touches_new_text_has_no_place_before(at: Span, back: Span | None) -> None:
    fix = Shift([WRAPPED]).fix_before(Fix("later", (Edit(at, "1"),)))
    assert (fix.edits[0].span if fix else None) == back


def test_what_a_finding_shows_is_brought_back() -> None:
    around = Span("t.py", 1, 4, 3, 2)
    below = Span("t.py", 4, 4, 4, 5)
    notes = (Note("10 comes from g at t.py:4", below), Note("of set.py:4 nothing is known"))
    within = Fix("again", (Edit(Span("t.py", 1, 6, 3, 1), "a"),))
    found = Shift([WRAPPED]).finding_before(
        Diagnosis("slug", "10 at t.py:4", below, "", notes, (within,), raised_at=around)
    )
    assert found.message == "10 at t.py:2"
    assert found.notes == (Note("10 comes from g at t.py:2", Span("t.py", 2, 4, 2, 5)), notes[1])
    assert found.raised_at == Span("t.py", 1, 4, 1, 8)
    assert found.fixes == ()


@pytest.mark.parametrize(
    ("edit", "spans"),
    [
        (Edit(Span("t.py", 1, 8, 1, 8), ".sum(0)"), {"f(a)": False, "f(a).sum(0)": True, "x = f(a).sum(0)": True}),
        (Edit(Span("t.py", 1, 5, 1, 8), ""), {"x": False, "f": True}),
    ],
    ids=["put in", "taken out"],
)
def test_new_text_is_known(edit: Edit, spans: dict[str, bool]) -> None:
    copy, shift = apply_to_text(TEXT, [edit]), Shift([edit])
    assert {part: shift.is_new(span(copy, copy.index(part), copy.index(part) + len(part))) for part in spans} == spans
