"""Data cut short: arrays to their first batch and their last, smaller one, streams to the first batch and the last.

Among the rows that are kept are those with an array's largest and smallest whole number: a class or a word beyond the
end of a table is met, wherever it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

import keras
import numpy as np

from axiswise.facts import is_series

STEPS = 2
"""Batches of a stream that are run."""
DEFAULT_BATCH = 32
FEW = 64
"""Batches of a stream that may be run through to find the last."""
MOST_COUNTED = 50_000_000
"""Numbers of one array that are looked through for its extremes."""


# -- nested data -------------------------------------------------------------------------------------------------------
def leaves(data: Any, name: str = "") -> dict[str, Any]:
    """Return the arrays of nested data by their path (`x`, `x.0`, `x.image`)."""
    if data is None:
        return {}
    if isinstance(data, Mapping):
        items = cast("Mapping[Any, Any]", data).items()
        return {path: leaf for key, value in items for path, leaf in leaves(value, f"{name}.{key}").items()}
    if is_series(data) and data and not isinstance(data[0], (int, float, str)):
        return {path: leaf for at, value in enumerate(data) for path, leaf in leaves(value, f"{name}.{at}").items()}
    return {name: data}


def each(data: Any, change: Callable[[Any], Any]) -> Any:
    """Return nested data with every array changed."""
    if data is None:
        return None
    if isinstance(data, Mapping):
        return {key: each(value, change) for key, value in cast("Mapping[Any, Any]", data).items()}
    if is_series(data) and data and not isinstance(data[0], (int, float, str)):
        changed = [each(value, change) for value in data]
        return changed if isinstance(data, list) else tuple(changed)
    return change(data)


def is_array(leaf: Any) -> bool:
    """Return whether something holds samples along its first axis."""
    shape = getattr(leaf, "shape", None)
    return shape is not None and hasattr(leaf, "__getitem__") and len(tuple(shape)) > 0 and shape[0] is not None


def rows_of(data: Any) -> set[int]:
    """Return the numbers of samples of nested arrays; empty for streams."""
    return {int(leaf.shape[0]) for leaf in leaves(data).values() if is_array(leaf)}


# -- arrays ------------------------------------------------------------------------------------------------------------
def kept_rows(data: Any, rows: int, batch: int) -> list[int] | None:
    """Return which rows of arrays stand for all of them, or None where that is every one.

    Args:
        data: Nested arrays of `rows` samples each.
        rows: Samples.
        batch: Samples of a batch.
    """
    rest = rows % batch
    if rows <= batch + rest:
        return None
    kept = list(range(batch))
    place = batch - 1
    for leaf in leaves(data).values():
        for row in _extremes(leaf, rows):
            if row not in kept and row < rows - rest and place > 0:
                kept[place] = row
                place -= 1
    return [*kept, *range(rows - rest, rows)]


def _extremes(leaf: Any, rows: int) -> list[int]:
    """Return the rows of an array's largest and smallest whole number; of numbers with fractions only a column's."""
    if not isinstance(leaf, np.ndarray) or not 0 < leaf.size <= MOST_COUNTED:
        return []
    array = cast("Any", leaf)
    whole = np.issubdtype(array.dtype, np.integer) or (array.size == rows and np.issubdtype(array.dtype, np.floating))
    width = array.size // rows
    return [int(array.argmax()) // width, int(array.argmin()) // width] if whole else []


def taken(leaf: Any, rows: list[int] | slice) -> Any:
    """Return some rows of an array of any framework, in its own kind where that can be."""
    if not is_array(leaf):
        return leaf
    if hasattr(leaf, "iloc"):
        return leaf.iloc[rows]
    if isinstance(rows, slice):
        return leaf[rows]
    if type(leaf).__module__.startswith("tensorflow"):
        return cast("Any", sys.modules["tensorflow"]).gather(leaf, rows)
    return leaf[np.asarray(rows)]


def lengthened(array: Any, rows: int) -> Any:
    """Return an array of as many rows as the whole run would have given, its own repeated."""
    known: Any = array
    if not isinstance(array, np.ndarray) or not known.ndim or not 0 < known.shape[0] < rows:
        return known
    return np.resize(known, (rows, *known.shape[1:]))


# -- streams -----------------------------------------------------------------------------------------------------------
_PY_DATASET: Any = cast("Any", keras).utils.PyDataset


class _Ends(_PY_DATASET):
    """The first batch and the last of a user's PyDataset."""

    def __init__(self, whole: Any) -> None:
        _PY_DATASET.__init__(self)
        self.whole = whole

    def __len__(self) -> int:
        return min(len(self.whole), STEPS)

    def __getitem__(self, index: int) -> Any:
        return self.whole[index if index == 0 else len(self.whole) - 1]

    def on_epoch_end(self) -> None:
        self.whole.on_epoch_end()


def shortened(stream: Any, steps: int | None) -> tuple[Any, int | None, int]:
    """Return a stream cut short, how many batches of it are to be run, and how many rows the whole has (0: unknown).

    Args:
        stream: A PyDataset, a `tf.data.Dataset`, a torch DataLoader, a generator or any other iterable of batches.
        steps: Batches that the program asks for.
    """
    most = min(steps, STEPS) if steps else STEPS
    if isinstance(stream, cast("Any", keras).utils.PyDataset):
        batches = min(len(stream), steps or sys.maxsize)
        if batches < 1:
            return stream, steps, 0
        first, last = _batch_rows(stream[0]), _batch_rows(stream[len(stream) - 1])
        whole = (batches - 1) * first + (last if batches == len(stream) else first)
        return _Ends(stream), None, whole
    if hasattr(stream, "element_spec") and hasattr(stream, "cardinality"):
        return _dataset(stream, steps)
    if type(stream).__module__.startswith("torch.utils.data"):
        loader = stream
        rows = len(loader.dataset) if hasattr(loader.dataset, "__len__") else 0
        return stream, most, rows - rows % (loader.batch_size or 1) if loader.drop_last else rows
    return stream, most, 0


def _batch_rows(batch: Any) -> int:
    first = cast("tuple[Any, ...]", batch)[0] if isinstance(batch, tuple) and batch else cast("Any", batch)
    return max(rows_of(first), default=0)


def _dataset(stream: Any, steps: int | None) -> tuple[Any, int | None, int]:
    """Cut a `tf.data.Dataset` to its first batch and its last; one that ends in `batch` is cut before it."""
    count = int(stream.cardinality())
    batched = _beneath(stream, ("Prefetch", "Options", "Cache"))
    samples, size, dropped = _batching(batched)
    rest = 0 if dropped or not size else samples % size
    if not steps and samples > 0 and samples > size + rest:
        return batched._input_dataset.take(size + rest).batch(size), None, samples - (samples % size if dropped else 0)
    rows = _dataset_rows(stream, count, steps)
    if not steps and STEPS < count <= FEW:
        return stream.take(1).concatenate(stream.skip(count - 1)), None, rows
    most = min(each for each in (steps or STEPS, STEPS, count if count >= 0 else STEPS))
    return stream.take(most), None, rows


def _beneath(stream: Any, kinds: tuple[str, ...]) -> Any:
    """Return the dataset beneath those that hand batches on, by the beginnings of their classes' names."""
    while type(stream).__name__.lstrip("_").startswith(kinds):
        stream = stream._input_dataset
    return stream


def _batching(dataset: Any) -> tuple[int, int, bool]:
    """Return the samples, the batch size and whether the rest is dropped, of a dataset that batches known samples."""
    if type(dataset).__name__ not in ("_BatchDataset", "_ParallelBatchDataset"):
        return 0, 0, False
    return int(dataset._input_dataset.cardinality()), int(dataset._batch_size), bool(dataset._drop_remainder)


def _dataset_rows(stream: Any, count: int, steps: int | None) -> int:
    """Return the rows of a dataset's batches, 0 where only running through it would tell."""
    handed = ("Prefetch", "Options", "Cache", "Map", "ParallelMap", "Shuffle")
    samples, size, dropped = _batching(_beneath(stream, handed))
    if samples > 0:
        whole = samples - (samples % size if dropped else 0)
        return min(whole, steps * size) if steps else whole
    if steps and (count < 0 or steps < count):
        return steps * max((_batch_rows(batch) for batch in stream.take(1)), default=0)
    if 0 <= count <= FEW:
        return sum(_batch_rows(batch) for batch in stream)
    return 0
