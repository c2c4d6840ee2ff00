"""Losses and metrics: predictions against targets, compared by Keras' training loops or by the user's own line.

A loss or metric that `compile` was told by name was asked for there: that call counts as its constructor.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import keras
from keras.src import losses, metrics  # type: ignore[import-untyped]
from keras.src.trainers import compile_utils  # type: ignore[import-untyped]

from axiswise.facts import Conflict, Failure, LayerRef, OpCall
from axiswise.frontends.construction import Built, built_by, is_setting
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.losses import read_comparison
from axiswise.ops.contract import contract_of
from axiswise.ops.silent import candidates
from axiswise.source.guessing import is_guessed

_BUILT = "_axiswise_built"
_KERAS: Any = cast("Any", keras)
_LOSS: Any = cast("Any", losses).Loss
_METRIC: Any = cast("Any", metrics).Metric
_COMPILED: tuple[Any, ...] = (cast("Any", compile_utils).CompileLoss, cast("Any", compile_utils).CompileMetrics)


class Judges:
    """The losses and metrics of one run."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._compiled: list[Any] = []  # what `compile` made, whose losses and metrics are running
        self._judging: list[Any] = []
        self._failed: set[tuple[int, ...]] = set()

    def install(self) -> None:
        """Let every loss and metric arrive here."""
        for kind in (_LOSS, _METRIC):
            kind.__init__ = self._building(kind.__init__)
        _LOSS.__call__ = self._compared(_LOSS.__call__)
        public: dict[str, Any] = vars(cast("types.ModuleType", _KERAS.metrics))
        kinds: list[Any] = [each for each in public.values() if inspect.isclass(each)]
        for kind in (*kinds, cast("Any", metrics).MeanMetricWrapper):
            bases: tuple[Any, ...] = kind.__mro__
            for base in bases:
                if "update_state" in vars(base) and not hasattr(base.update_state, "judges"):
                    base.update_state = self._compared(base.update_state)
        for kind in _COMPILED:
            for name in ("build", "__call__", "update_state"):
                if name in vars(kind):
                    setattr(kind, name, self._within(vars(kind)[name]))
        for module in (_KERAS.losses, _KERAS.metrics):
            self._functions(module)
        model = _KERAS.Model
        model.compile = self._compile(model.compile)

    # -- how they came about ------------------------------------------------------------------------------------------
    def _building(self, begin: Any) -> Any:
        def __init__(judge: Any, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            asked: Built | None = self._compiled[-1].__dict__.get(_BUILT) if self._compiled else None
            object.__setattr__(judge, _BUILT, asked or built_by(judge, frame, self.recorder.user))
            begin(judge, *args, **kwargs)

        return __init__

    def _compile(self, original: Any) -> Any:
        signature = inspect.signature(original)

        def compile(model: Any, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            given = signature.bind(model, *args, **kwargs).arguments
            names = [name for name in signature.parameters if name != "self"]
            settings = {name: given.get(name) if is_setting(given.get(name)) else None for name in names}
            original(model, *args, **kwargs)
            built = Built(self.recorder.user.frames(frame), settings)
            for made in (model._compile_loss, model._compile_metrics):
                if made is not None:
                    object.__setattr__(made, _BUILT, built)

        compile.__signature__ = signature  # type: ignore[attr-defined]
        return compile

    def _within(self, method: Any) -> Any:
        def run(made: Any, *args: Any, **kwargs: Any) -> Any:
            self._compiled.append(made)
            try:
                return method(made, *args, **kwargs)
            finally:
                self._compiled.pop()

        run.judges = True  # type: ignore[attr-defined]
        return run

    # -- what they compare --------------------------------------------------------------------------------------------
    def _compared(self, method: Any) -> Any:
        def compare(judge: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            if self.recorder.quiet or isinstance(judge, _COMPILED) or judge in self._judging:
                return method(judge, *args, **kwargs)
            return self._run(judge, lambda: method(judge, *args, **kwargs), args, kwargs, frame)

        compare.judges = True  # type: ignore[attr-defined]
        return compare

    def _run(
        self, judge: Any, do: Callable[[], Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], frame: FrameType
    ) -> Any:
        target = args[0] if args else kwargs.get("y_true")
        predicted = args[1] if len(args) > 1 else kwargs.get("y_pred")
        is_loss = isinstance(judge, _LOSS)
        own: Any = getattr(judge, "fn", None) or getattr(judge, "_fn", None) or cast("Any", type(judge))
        reduction = getattr(judge, "reduction", None) or "none"
        fixed: dict[str, Any] = getattr(judge, "_fn_kwargs", {})
        pair = self._pair(target, predicted)
        if not is_loss and len(pair) == 2 and pair in self._failed:
            return None  # what the loss said of the same operands is enough
        reading = read_comparison(self.recorder, own, target, predicted, {**judge.__dict__, **fixed})
        if reading is None:
            return do()
        reading.params["reduction"] = reduction
        reading.instead = lambda shapes: _like_a_loss(predicted, reduction == "none") if is_loss else _FAILED
        built: Built | None = judge.__dict__.get(_BUILT)
        settings, frames = (built.settings, built.frames) if built else ({}, ())
        layer = LayerRef(str(judge.name), type(judge).__name__, settings, frames, not self._compiled)
        told, name = len(self.recorder.trace.failures), f"keras.{own.__name__}"
        with self._quiet(judge):
            result = self.recorder.run(reading, do, frame, name, layer)
        if len(self.recorder.trace.failures) > told:
            self._failed.add(pair)
            if not is_loss:  # it has counted nothing, and may not even have what it counts in
                object.__setattr__(judge, "result", lambda: _KERAS.ops.zeros(()))
        elif is_loss:
            self._suspect(self.recorder.call_of(reading, frame, name, layer))
        return None if result is _FAILED else result

    def _pair(self, *operands: Any) -> tuple[int, ...]:
        """Return the identities of what is compared; none where it is no arrays."""
        arrays = self.recorder.arrays
        return tuple(arrays.fact_of(each).id for each in operands if arrays.kind_of(each) is not None)

    def _functions(self, module: types.ModuleType) -> None:
        """Let the functions of a module be read where the user's own line calls them."""
        public: dict[str, Any] = vars(module)
        for name, function in list(public.items()):
            if inspect.isfunction(function):
                self.recorder.vocabulary.add({f"{module.__name__}.{name}": self._reader(function)})

    def _reader(self, function: Any) -> Any:
        def read(arrays: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Reading | None:
            target = args[0] if args else kwargs.get("y_true")
            predicted = args[1] if len(args) > 1 else kwargs.get("y_pred")
            reading = read_comparison(self.recorder, function, target, predicted, kwargs)
            if reading is not None:
                reading.params["reduction"] = "none"
                reading.instead = lambda shapes: _like_a_loss(predicted, True)
            return reading

        return read

    @contextmanager
    def _quiet(self, judge: Any) -> Any:
        self._judging.append(judge)
        try:
            yield
        finally:
            self._judging.pop()

    def _suspect(self, call: OpCall) -> None:
        """Write down what runs and may still be mistaken: a broadcast, a class number beyond the last class."""
        contract = contract_of(call.op)
        beyond = [each for each in contract.conflicts(call) if each.kind == "index-range"] if contract else []
        found: list[Conflict] = [*beyond, *candidates(call)]
        if found and not is_guessed(self.recorder.trace, found[0]):
            self.recorder.trace.failures.append(Failure("", "", call, call.frames, tuple(found[:1])))


_FAILED = object()


def _like_a_loss(predicted: Any, each_sample: bool) -> Any:
    """Return a loss of 0 that depends on the predictions, so that gradients can be taken: one number, or a sample's."""
    ops = _KERAS.ops
    flat = [ops.cast(part, "float32") * 0.0 for part in _KERAS.tree.flatten(predicted)]
    if each_sample:
        return ops.sum(flat[0], axis=-1)
    return sum(ops.sum(part) for part in flat)
