"""Data cut short shows what the whole run would: both batch sizes, the extremes, and the lengths of what comes back."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("keras")

from axiswise.frontends.keras.shortening import each, kept_rows, leaves, lengthened, rows_of, taken  # noqa: E402


@pytest.mark.parametrize(("rows", "batch", "kept"), [(10, 4, 6), (8, 4, 4), (5, 4, None), (3, 4, None), (100, 32, 36)])
def test_the_first_batch_and_the_last_are_kept(rows: int, batch: int, kept: int | None) -> None:
    found = kept_rows({"x": np.zeros((rows, 2))}, rows, batch)
    assert (None if found is None else len(found)) == kept
    if found is not None:
        assert found[:1] == [0]
        assert len(set(found)) == len(found)


def test_the_largest_class_is_among_the_rows_wherever_it_stands() -> None:
    labels = np.zeros(1000, dtype="int64")
    labels[517], labels[611] = 9, -1
    found = kept_rows((np.zeros((1000, 3)), labels), 1000, 32)
    assert found is not None
    assert {517, 611} <= set(found)
    assert len(found) == 32 + 1000 % 32


def test_nested_data_keep_their_structure() -> None:
    data = {"image": np.zeros((6, 2)), "text": [np.ones((6, 3)), np.ones(6)]}
    assert list(leaves(data, "x")) == ["x.image", "x.text.0", "x.text.1"]
    assert rows_of(data) == {6}
    short = each(data, lambda leaf: taken(leaf, [0, 5]))
    assert short["image"].shape == (2, 2)
    assert [part.shape for part in short["text"]] == [(2, 3), (2,)]


def test_what_is_handed_back_is_as_long_as_the_whole_run() -> None:
    assert lengthened(np.ones((3, 4)), 10).shape == (10, 4)
    assert lengthened(np.ones((12, 4)), 10).shape == (12, 4)
