"""Data and pretrained weights that Keras would fetch: what is not in its cache has a stand-in of the same shapes.

Each stand-in is listed as an assumption.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from keras.src import datasets  # type: ignore[import-untyped]
from keras.src.utils import file_utils  # type: ignore[import-untyped]

from axiswise.facts import OpCall
from axiswise.frontends.eager.recorder import Recorder

_DATASETS: Any = cast("Any", datasets)
_FILES: Any = cast("Any", file_utils)

NOWHERE = "axiswise: pretrained weights that are not in the cache"
"""The path of weights that are not at hand: loading them changes nothing."""

WORDS = {"imdb": 88584, "reuters": 30979}
"""Words of a text dataset's index."""


class _MissingError(FileNotFoundError):
    """A file of Keras' own that is not in its cache."""


def install(recorder: Recorder) -> None:
    """Put the stand-ins where a file is missing."""
    fetch, signature = _FILES.get_file, inspect.signature(_FILES.get_file)

    def get_file(*args: Any, **kwargs: Any) -> Any:
        caller: str = sys._getframe(1).f_globals.get("__name__", "")  # pyright: ignore[reportPrivateUsage]
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        if _is_cached(given.arguments) or not caller.startswith(("keras.src.applications", "keras.src.datasets")):
            return fetch(*args, **kwargs)
        if caller.startswith("keras.src.datasets"):
            raise _MissingError(given.arguments["fname"])
        recorder.steering.assume("pretrained weights that are not in the cache are taken as untrained ones")
        return NOWHERE

    _FILES.get_file = get_file
    for name, made in _MADE.items():
        module = getattr(_DATASETS, name)
        module.get_file = get_file
        _replace(recorder, name, "load_data", made)
        if name in WORDS:
            _replace(recorder, name, "get_word_index", lambda given, words=WORDS[name]: _index(words))


def _is_cached(given: Mapping[str, Any]) -> bool:
    home = given["cache_dir"] or os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
    path = os.path.join(home, given["cache_subdir"], os.fspath(given["fname"] or ""))
    return given["fname"] is not None and os.path.exists(path)


def _replace(recorder: Recorder, name: str, word: str, made: Callable[[dict[str, Any]], Any]) -> None:
    original = getattr(getattr(_DATASETS, name), word)
    signature = inspect.signature(original)

    def load(*args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        try:
            return original(*args, **kwargs)
        except _MissingError:
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            recorder.steering.assume(f"keras.datasets.{name} is not in the cache: arrays of its shapes stand for it")
            data = made(dict(given.arguments))
            outputs = tuple(recorder.arrays.ref_of(each) for each in recorder.arrays.among(data))
            if outputs:
                op = f"keras.datasets.{name}.{word}"
                recorder.trace.add(OpCall(-1, op, {}, {}, outputs, recorder.user.frames(frame), spelled=op))
            return data

    for path, module in sys.modules.copy().items():
        if path.startswith("keras.") and path.endswith(f".datasets.{name}") and getattr(module, word, None) is original:
            setattr(module, word, load)


# -- images ------------------------------------------------------------------------------------------------------------
def _images(*size: int, rows: tuple[int, int], classes: int, column: bool, dtype: str) -> Any:
    random = np.random.default_rng(0)

    def part(count: int) -> Any:
        labels = (np.arange(count) % classes).astype(dtype)
        images = random.integers(0, 256, (count, *size), dtype=np.uint8)
        return images, labels[:, None] if column else labels

    return part(rows[0]), part(rows[1])


def _grey(given: dict[str, Any]) -> Any:
    return _images(28, 28, rows=(60000, 10000), classes=10, column=False, dtype="uint8")


def _cifar10(given: dict[str, Any]) -> Any:
    return _images(32, 32, 3, rows=(50000, 10000), classes=10, column=True, dtype="uint8")


def _cifar100(given: dict[str, Any]) -> Any:
    classes = 100 if given["label_mode"] == "fine" else 20
    return _images(32, 32, 3, rows=(50000, 10000), classes=classes, column=True, dtype="int64")


# -- texts -------------------------------------------------------------------------------------------------------------
def _texts(name: str, given: dict[str, Any], rows: tuple[int, int], classes: int) -> Any:
    """Return lists of word numbers, of many lengths; the largest number is among them."""
    random = np.random.default_rng(0)
    largest = (given["num_words"] or WORDS[name] + given["index_from"]) - 1
    longest = min(given["maxlen"] or 500, 500)
    lists = [random.integers(1, largest + 1, random.integers(1, longest)).tolist() for _ in range(64)]
    lists[0] = [largest]

    def part(count: int) -> Any:
        texts = np.empty(count, dtype=object)
        texts[:] = [lists[at % len(lists)] for at in range(count)]
        return texts, (np.arange(count) % classes).astype("int64")

    return part(rows[0]), part(rows[1])


def _imdb(given: dict[str, Any]) -> Any:
    return _texts("imdb", given, (25000, 25000), 2)


def _reuters(given: dict[str, Any]) -> Any:
    rows = 11228 - int(11228 * given["test_split"])
    return _texts("reuters", given, (rows, 11228 - rows), 46)


def _index(words: int) -> dict[str, int]:
    return {f"word{at}": at for at in range(1, words + 1)}


# -- tables ------------------------------------------------------------------------------------------------------------
def _table(rows: int, columns: int, split: float, dtype: str) -> Any:
    random = np.random.default_rng(0)
    features, targets = random.random((rows, columns)).astype(dtype), random.random(rows).astype(dtype)
    train = int(rows * (1 - split))
    return (features[:train], targets[:train]), (features[train:], targets[train:])


def _boston(given: dict[str, Any]) -> Any:
    return _table(506, 13, given["test_split"], "float64")


def _california(given: dict[str, Any]) -> Any:
    return _table(600 if given["version"] == "small" else 20640, 8, given["test_split"], "float32")


_MADE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "mnist": _grey,
    "fashion_mnist": _grey,
    "cifar10": _cifar10,
    "cifar100": _cifar100,
    "imdb": _imdb,
    "reuters": _reuters,
    "boston_housing": _boston,
    "california_housing": _california,
}
