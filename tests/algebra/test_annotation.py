"""Annotated shapes, held against jaxtyping's own answer."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float

from axiswise.algebra.annotation import Misfit, Unreadable, computed, misfit, read

WORDS = st.sampled_from(["a", "b", "#a", "1", "2", "3", "_", "a+1", "2*a", "b-a", "known=2"])
SEVERAL = st.sampled_from(["...", "*rest"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Names come before the sums that are made of them, as jaxtyping wants."""
    words = ["a", "b", *draw(st.lists(WORDS, max_size=3))][draw(st.integers(0, 2)) :]
    words = [word for word in words if not ({"a", "b"} & set(word) and len(word) > 2) or words[:2] == ["a", "b"]]
    if draw(st.booleans()):
        words.insert(draw(st.integers(0, len(words))), draw(SEVERAL))
    return " ".join(words)


@given(texts(), st.lists(st.integers(1, 4), max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_shape_fits_where_jaxtyping_says_so(text: str, shape: list[int]) -> None:
    fits = isinstance(torch.empty(shape), Float[torch.Tensor, text])
    assert (misfit(read(text), shape, {}, lambda name: None) is None) == fits


@pytest.mark.parametrize(
    ("text", "shape", "bound", "found"),
    [
        ("batch 512", (4, 256), {}, Misfit(1, 1, 512)),
        ("batch 512", (4,), {}, Misfit(-1, -1, 2)),
        ("batch time", (4, 8), {"time": 9}, Misfit(1, 1, 9)),
        ("*shape d", (4, 8, 3), {"shape": (4, 9)}, Misfit(0, 1, 9)),
        ("*shape d", (4, 8, 3), {"shape": (4,)}, Misfit(-1, -1, 2)),
        ("... n n", (5, 3, 4), {}, Misfit(2, 2, 3)),
        ("b {self.width}//2", (5, 3), {}, Misfit(1, 1, 4)),
        ("b unknown+1", (5, 3), {}, None),
        ("b #t", (5, 1), {"t": 7}, None),
        ("", (), {}, None),
    ],
)
def test_where_a_shape_contradicts(
    text: str, shape: tuple[int, ...], bound: dict[str, object], found: Misfit | None
) -> None:
    assert misfit(read(text), shape, bound, {"self.width": 8}.get) == found


@pytest.mark.parametrize("text", ["a,", "-1", "* *", "... *b", "f(", "*2"])
def test_what_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_expressions_of_sizes_are_computed() -> None:
    assert computed("2*a + b//c - 1", {"a": 3, "b": 9, "c": 2}.get) == 9
    assert computed("a // z", {"a": 3, "z": 0}.get) is None
    assert computed("a.b % 4", {"a.b": 7}.get) == 3
