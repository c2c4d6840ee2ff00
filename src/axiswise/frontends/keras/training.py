"""`fit`, `evaluate` and `predict` cut short: one epoch, the first batch and the last.

They run eagerly, so that the user's own code is Python at every step. What is handed back has the length that the
whole run would have given.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, cast

import keras
import numpy as np

from axiswise.facts import is_series
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras import forward
from axiswise.frontends.keras.batches import ROLES, Batches
from axiswise.frontends.keras.building import build_on
from axiswise.frontends.keras.shortening import (
    DEFAULT_BATCH,
    each,
    is_array,
    kept_rows,
    leaves,
    lengthened,
    rows_of,
    shortened,
    taken,
)

_STEPS = ("train_step", "test_step", "predict_step")
_LOOPS = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
_CUT = {"fit": "steps_per_epoch", "evaluate": "steps", "predict": "steps"}
"""Loops that are cut, and the argument that says how many batches they run."""


class Training:
    """The loops of Keras' models."""

    def __init__(self, recorder: Recorder, batches: Batches) -> None:
        self.recorder = recorder
        self.batches = batches

    def install(self) -> None:
        """Put the short loops in the place of the long ones."""
        model: Any = cast("Any", keras).Model
        for name in _LOOPS:
            setattr(model, name, self._loop(name, getattr(model, name)))
        if hasattr(model, "_symbolic_build"):
            build_on(model)
        compile_ = model.compile

        def compiled(self: Any, *args: Any, **kwargs: Any) -> None:
            kwargs = {**kwargs, "run_eagerly": True}
            kwargs.pop("steps_per_execution", None)
            compile_(self, *args, **kwargs)

        compiled.__signature__ = inspect.signature(compile_)  # type: ignore[attr-defined]
        model.compile = compiled
        self._install_optimizers()

    def _install_optimizers(self) -> None:
        """Let every optimiser's step tell that the loop around it trains."""
        optimizer: Any = cast("Any", keras).optimizers.Optimizer
        apply = optimizer.apply

        def applied(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            self.recorder.steering.trained()
            return apply(optimizer, *args, **kwargs)

        optimizer.apply = applied

    def _loop(self, name: str, original: Any) -> Any:
        signature = inspect.signature(original)

        def loop(model: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            if self.batches.is_running(model):
                return self._validated(model, lambda: original(model, *args, **kwargs))
            bound = signature.bind(model, *args, **kwargs)
            given = dict(bound.arguments)
            given.pop("self")
            given |= given.pop("kwargs", {})

            def whole(**named: Any) -> Any:
                return original(model, **named)

            run = self._running(name, whole, given, frame)
            model.run_eagerly = True
            self.batches.begin(model, given)
            self._watch(model, frame)
            try:
                return run()
            finally:
                self._unwatch(model)
                self.batches.end(model)
                self.recorder.steering.trained()

        loop.__signature__ = signature  # type: ignore[attr-defined]
        loop.__name__ = name
        return loop

    def _validated(self, model: Any, run: Callable[[], Any]) -> Any:
        """Run the validation within `fit`."""
        is_held = self.batches.validate(model)
        try:
            return run()
        finally:
            if is_held:
                self.batches.validated(model)

    def _running(
        self, name: str, run: Callable[..., Any], given: dict[str, Any], frame: FrameType
    ) -> Callable[[], Any]:
        """Return what runs a loop on data cut short; arrays of several lengths are told, and cut to the shortest."""

        def short() -> Any:
            if name not in _CUT:
                return run(**given)
            given["verbose"] = 0
            return SHORT[name](run, given)

        lengths = {length for role in ROLES for length in rows_of(given.get(role))}
        if len(lengths) < 2 or any(not _is_held(given.get(role)) for role in ROLES):
            return short
        whole = dict(given)

        def told() -> Any:
            reading = self._given(whole)

            def instead(shapes: Any) -> Any:
                for role in ROLES:
                    given[role] = each(given.get(role), lambda leaf: taken(leaf, slice(0, min(lengths))))
                return short()

            reading.instead = instead
            return self.recorder.run(reading, lambda: run(**whole), frame, f"keras.Model.{name}")

        return told

    def _given(self, given: Mapping[str, Any]) -> Reading:
        arrays = {path: leaf for role in ROLES for path, leaf in leaves(given.get(role), role).items()}
        operands = {path: leaf for path, leaf in arrays.items() if self.recorder.arrays.kind_of(leaf) is not None}
        return Reading("load-batch", operands, {"batch_size": given.get("batch_size")})

    def _watch(self, model: Any, frame: FrameType) -> None:
        """Let each step of a running loop tell which data it was handed."""
        for name in _STEPS:
            step = getattr(model, name, None)
            if step is not None:
                vars(model)[name] = _Step(step, lambda data: self.batches.yielded(model, data, frame))

    def _unwatch(self, model: Any) -> None:
        for name in _STEPS:
            model.__dict__.pop(name, None)


class _Step:
    """A model's step, which tells of its data first."""

    def __init__(self, step: Any, told: Callable[[Any], None]) -> None:
        self.step = step
        self.told = told

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.told(kwargs.get("data", args[-1] if args else None))
        return self.step(*args, **kwargs)

    def __deepcopy__(self, memo: object) -> Any:
        return self.step


def _is_held(data: Any) -> bool:
    return all(is_array(leaf) for leaf in leaves(data).values())


def _fit(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    epochs, first = given.get("epochs", 1), given.get("initial_epoch", 0)
    if isinstance(epochs, int) and epochs > first:
        given["epochs"] = first + 1
    _validation(given)
    _cut(given, "steps_per_epoch")
    given["callbacks"] = _without_boards(given.get("callbacks"))
    history = run(**given)
    records = getattr(history, "history", {})
    for values in records.values():
        values.extend(values[-1:] * (int(epochs) - int(first) - len(values)))
    if records and isinstance(getattr(history, "epoch", None), list):
        history.epoch = list(range(int(first), int(epochs)))
    return history


def _without_boards(callbacks: Any) -> Any:
    """Return callbacks without those that only draw, which TensorFlow writes past Python."""
    if not is_series(callbacks):
        return callbacks
    boards = cast("Any", keras).callbacks.TensorBoard
    return [callback for callback in callbacks if not isinstance(callback, boards)]


def _validation(given: dict[str, Any]) -> None:
    """Cut what an epoch is validated on, split off first where it is a share of the data."""
    share, rows = given.get("validation_split", 0.0), _rows(given)
    if share and rows and given.get("validation_data") is None:
        last = int(rows * (1.0 - share))
        names = [name for name in ROLES if given.get(name) is not None]
        if 0 < last < rows:
            given["validation_data"] = tuple(
                each(given[name], lambda leaf: taken(leaf, slice(last, rows))) for name in names
            )
            given |= {name: each(given[name], lambda leaf: taken(leaf, slice(0, last))) for name in names}
            given.pop("validation_split")
    held = given.get("validation_data")
    if is_series(held) and held:
        size = given.get("validation_batch_size") or given.get("batch_size")
        inner = {name: part for name, part in zip(ROLES, held, strict=False)} | {"batch_size": size}
        if len({length for name in ROLES for length in rows_of(inner.get(name))}) == 1:
            _cut(inner, "steps")
            given["validation_data"] = tuple(inner[name] for name in ROLES[: len(held)])
            given.pop("validation_steps", None)
    elif held is not None:
        short, steps, _ = shortened(held, given.get("validation_steps"))
        given["validation_data"], given["validation_steps"] = short, steps
    given["validation_freq"] = 1


def _evaluate(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    _cut(given, "steps")
    return run(**given)


def _predict(run: Callable[..., Any], given: dict[str, Any]) -> Any:
    rows = _rows(given)
    stream, steps = given.get("x"), given.get("steps")
    total = _cut(given, "steps") or rows
    if not total:
        given["x"], given["steps"] = stream, steps  # only the whole run tells how much it gives
    result = run(**given)
    return each(result, lambda array: lengthened(array, total)) if total else result


SHORT: dict[str, Callable[[Callable[..., Any], dict[str, Any]], Any]] = {
    "fit": _fit,
    "evaluate": _evaluate,
    "predict": _predict,
}
"""The loops that are cut, each with what runs it short: given what runs it, and its arguments by name."""


def _cut(given: dict[str, Any], steps: str) -> int:
    """Keep the first batch and the last, smaller one; return how many rows the whole run would see, 0: unknown."""
    rows, data = _rows(given), given.get("x")
    if not rows:
        if data is not None and not _is_held(data):
            given["x"], given[steps], total = shortened(data, given.get(steps))
            return total
        return 0
    batch = int(given.get("batch_size") or DEFAULT_BATCH)
    asked = given.pop(steps, None)
    if asked:
        rows = min(rows, asked * batch)
    whole = {name: given[name] for name in ROLES if given.get(name) is not None}
    kept = kept_rows(whole, rows, batch)
    if kept is not None:
        given |= {name: each(part, lambda leaf, rows=kept: taken(leaf, rows)) for name, part in whole.items()}
    return rows


def _rows(given: Mapping[str, Any]) -> int:
    """Return the number of samples of data held in arrays; 0 for streams, and where the arrays disagree."""
    if not _is_held(given.get("x")):
        return 0
    lengths = {length for name in ROLES for length in rows_of(given.get(name))}
    return lengths.pop() if len(lengths) == 1 else 0


def install(recorder: Recorder, batches: Batches) -> None:
    """Put the short loops in the place of the long ones."""
    np.seterr(all="ignore")
    forward.install()
    Training(recorder, batches).install()
