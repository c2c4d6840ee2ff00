"""`fit`, `evaluate` and `predict` cut short: one epoch, the first batch and the last.

They run eagerly, so that the user's own code is Python at every step. What is handed back has the length that the
whole run would have given.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

import keras
import numpy as np

from axiswise.facts import is_series
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.keras.batches import Batches

STEPS = 2
"""Batches of a stream whose length is not known."""
DEFAULT_BATCH = 32


def install(recorder: Recorder, batches: Batches) -> None:
    """Put the short loops in the place of the long ones."""
    model: Any = keras.Model
    for name, shortened in (("fit", _fit), ("evaluate", _evaluate), ("predict", _predict)):
        original = getattr(model, name)
        setattr(model, name, _method(recorder, batches, original, shortened))
    compile_ = model.compile

    def compiled(self: Any, *args: Any, **kwargs: Any) -> None:
        kwargs = {**kwargs, "run_eagerly": True}
        kwargs.pop("steps_per_execution", None)
        compile_(self, *args, **kwargs)

    model.compile = compiled


def _method(recorder: Recorder, batches: Batches, original: Any, shortened: Callable[..., Any]) -> Any:
    signature = inspect.signature(original)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self, *args, **kwargs)
        given = dict(bound.arguments)
        given.pop("self")
        self.run_eagerly = True
        given["verbose"] = 0
        batches.begin(self, _leaves(given.get("x")), given.get("batch_size"))
        try:
            return shortened(lambda **named: original(self, **named), given)
        finally:
            batches.end(self)
            recorder.steering.trained()

    method.__signature__ = signature  # type: ignore[attr-defined]
    return method


def _fit(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    epochs = given.get("epochs", 1)
    if isinstance(epochs, int) and epochs > given.get("initial_epoch", 0):
        given["epochs"] = given.get("initial_epoch", 0) + 1
    _validation(given)
    _cut(given, "steps_per_epoch")
    history = run(**given)
    for values in getattr(history, "history", {}).values():
        values.extend(values[-1:] * (int(epochs) - len(values)))
    return history


def _validation(given: dict[str, Any]) -> None:
    """Cut what an epoch is validated on, split off first where it is a share of the data."""
    share, rows = given.get("validation_split", 0.0), _rows(given)
    if share and rows and given.get("validation_data") is None:
        last = int(rows * (1.0 - share))
        names = [name for name in ("x", "y", "sample_weight") if given.get(name) is not None]
        given["validation_data"] = tuple(_each(given[name], lambda array: array[last:]) for name in names)
        given |= {name: _each(given[name], lambda array: array[:last]) for name in names}
        given.pop("validation_split")
    held = given.get("validation_data")
    if is_series(held):
        inner = {"x": held[0], "y": held[1] if len(held) > 1 else None, "batch_size": given.get("batch_size")}
        _cut(inner, "steps_per_epoch")
        given["validation_data"] = (inner["x"], inner["y"], *(_first(each, inner["x"]) for each in held[2:]))
    elif held is not None:
        given["validation_steps"] = min(given.get("validation_steps") or STEPS, STEPS)


def _first(weights: Any, like: Any) -> Any:
    count = len(next(iter(_leaves(like))))
    return _each(weights, lambda array: array[:count])


def _evaluate(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    _cut(given, "steps")
    return run(**given)


def _predict(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    rows = _rows(given)
    _cut(given, "steps")
    result = run(**given)
    return _each(result, lambda array: _lengthened(array, rows)) if rows else result


def _lengthened(array: Any, rows: int) -> Any:
    """Return an array of as many rows as the whole run would have given, its last ones repeated."""
    if not isinstance(array, np.ndarray) or not array.ndim or not len(array) or len(array) >= rows:
        return array
    return np.resize(array, (rows, *array.shape[1:]))


def _cut(given: dict[str, Any], steps: str) -> None:
    """Keep the first batch and the last, smaller one; of a stream, the first few batches."""
    rows = _rows(given)
    if not rows:
        if given.get("x") is not None and not _is_empty(given["x"]):
            given[steps] = min(given.get(steps) or STEPS, STEPS)
        return
    batch = given.get("batch_size") or DEFAULT_BATCH
    given.pop(steps, None)
    rest = rows % batch
    if rows <= batch + rest:
        return
    for name in ("x", "y", "sample_weight"):
        if given.get(name) is not None:
            given[name] = _each(given[name], lambda array: _ends(array, int(batch), int(rest)))


def _ends(array: Any, first: int, last: int) -> Any:
    if not last:
        return array[:first]
    return np.concatenate([np.asarray(array[:first]), np.asarray(array[-last:])])


def _is_empty(data: Any) -> bool:
    return isinstance(data, np.ndarray) and not data.size


def _rows(given: Mapping[str, Any]) -> int:
    """Return the number of samples of data held in arrays; 0 for streams, and where the arrays disagree."""
    leaves = [leaf for name in ("x", "y") for leaf in _leaves(given.get(name))]
    lengths = {len(leaf) if _is_array(leaf) else 0 for leaf in leaves}
    return lengths.pop() if len(lengths) == 1 else 0


def _is_array(leaf: Any) -> bool:
    return hasattr(leaf, "shape") and hasattr(leaf, "__getitem__") and len(tuple(leaf.shape)) > 0


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, Mapping):
        return [leaf for value in cast("Mapping[Any, Any]", data).values() for leaf in _leaves(value)]
    if is_series(data) and data and not isinstance(data[0], (int, float)):
        return [leaf for value in data for leaf in _leaves(value)]
    return [] if data is None else [data]


def _each(data: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(data, Mapping):
        return {name: _each(value, change) for name, value in cast("Mapping[Any, Any]", data).items()}
    if is_series(data):
        return type(data)([_each(value, change) for value in data])  # type: ignore[call-arg]
    return change(data)
