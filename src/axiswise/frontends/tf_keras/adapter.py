"""Adapts the recorder to `tf_keras`, the Keras of old: what its loops are given, and how long they run.

Its layers are TensorFlow's to check. What a loop is given is held against what the model was declared for and what its
loss takes, and where these disagree and the loop raises, that is told; a loop runs on the first batch and the last.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, SimpleNamespace
from typing import Any, cast

import numpy as np

from axiswise.facts import LayerRef, OpCall, Shape, TensorRef
from axiswise.frontends.construction import Built, is_setting
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.shortening import DEFAULT_BATCH, is_array
from axiswise.frontends.keras.training import SHORT
from axiswise.frontends.keras.vocabulary.losses import read_comparison
from axiswise.ops.contract import contract_of
from axiswise.origin import AnySize

_BUILT = "_axiswise_compiled"


def attach(recorder: Recorder) -> None:
    """Let the loops of models pass through here, of those that run eagerly and of those that run in a graph."""
    loops = Loops(recorder)
    for name in ("training", "training_v1"):
        model: Any = importlib.import_module(f"tf_keras.src.engine.{name}").Model
        for loop in SHORT:
            setattr(model, loop, loops.of(loop, getattr(model, loop)))
        model.compile = loops.compiling(model.compile)


class Loops:
    """The loops of one run."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.running = False

    def compiling(self, original: Any) -> Any:
        """Return `compile`, which remembers where it was called: there a loss was asked for by name."""
        signature = inspect.signature(original)

        def compile(model: Any, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            given = signature.bind(model, *args, **kwargs).arguments
            settings = {name: given.get(name) if is_setting(given.get(name)) else None for name in signature.parameters}
            settings.pop("self")
            original(model, *args, **kwargs)
            object.__setattr__(model, _BUILT, Built(self.recorder.user.frames(frame), settings))

        compile.__signature__ = signature  # type: ignore[attr-defined]
        return compile

    def of(self, name: str, original: Any) -> Any:
        """Return a loop that runs short."""
        signature = inspect.signature(original)

        def loop(model: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            if self.running or self.recorder.quiet or self.recorder.user.innermost(frame) is None:
                return original(model, *args, **kwargs)
            given = dict(signature.bind(model, *args, **kwargs).arguments)
            given.pop("self")
            given |= given.pop("kwargs", {})
            given["verbose"] = 0
            self.running = True

            def whole(**named: Any) -> Any:
                return original(model, **named)

            try:
                return self._ran(name, model, whole, given, frame)
            finally:
                self.running = False
                self.recorder.steering.trained()

        loop.__signature__ = signature  # type: ignore[attr-defined]
        loop.__name__ = name
        return loop

    def _ran(self, name: str, model: Any, original: Callable[..., Any], given: dict[str, Any], frame: FrameType) -> Any:
        def short() -> Any:
            return SHORT[name](original, given)

        def instead(_: Any) -> Any:
            return _result(name, model, given)

        for reading, layer in self._readings(model, given, frame):
            contract = contract_of(reading.op)
            spelled = f"tf_keras.Model.{name}"
            if contract is not None and contract.conflicts(self.recorder.call_of(reading, frame, spelled, layer)):
                reading.instead = instead
                return self.recorder.run(reading, short, frame, spelled, layer)
        return short()

    def _readings(self, model: Any, given: Mapping[str, Any], frame: FrameType) -> Sequence[tuple[Reading, LayerRef]]:
        """Return the data against the declared inputs, and the targets against the outputs, of models with one each."""
        inputs: list[Any] = getattr(model, "inputs", None) or []
        outputs: list[Any] = getattr(model, "outputs", None) or []
        batch = self._batch(given, frame)
        found: list[tuple[Reading, LayerRef]] = []
        if len(inputs) == 1 and "x" in batch:
            declared = TensorRef(self.recorder.arrays.identity(), _sizes(inputs[0]))
            params: dict[str, Any] = {"whole": {"input": tuple(given["x"].shape)}, "stream": "", "exact": True}
            reading = Reading("model", {"input": batch["x"], "declared.0": declared}, params)
            found.append((reading, LayerRef(str(model.name), type(model).__name__, called=True)))
        loss = _loss(model)
        if len(outputs) == 1 and "y" in batch and loss is not None:
            rows = len(batch["y"])
            predicted = np.zeros((rows, *(1 if isinstance(size, AnySize) else size for size in _sizes(outputs[0])[1:])))
            compared = read_comparison(self.recorder, loss, batch["y"], predicted, {})
            built: Built | None = model.__dict__.get(_BUILT)
            settings, frames = (built.settings, built.frames) if built is not None else ({}, ())
            layer = LayerRef(str(loss.__name__), "loss", settings, frames, direct=False)
            if compared is not None:
                found.append((compared, layer))
        return found

    def _batch(self, given: Mapping[str, Any], frame: FrameType) -> dict[str, Any]:
        """Return the first batch of what a loop is given, written down as taken from there."""
        arrays = self.recorder.arrays
        data: dict[str, Any] = {role: given.get(role) for role in ("x", "y")}
        known = {role: leaf for role, leaf in data.items() if arrays.kind_of(leaf) is not None and is_array(leaf)}
        size = int(given.get("batch_size") or DEFAULT_BATCH)
        cut = {role: leaf[:size] for role, leaf in known.items()}
        if cut:
            operands = {role: arrays.ref_of(leaf) for role, leaf in known.items()}
            call = OpCall(-1, "load-batch", operands, {"batch_size": size}, frames=self.recorder.user.frames(frame))
            for leaf in cut.values():
                arrays.fact_of(leaf).axes.setdefault(0, "batch")
            call.outputs = tuple(arrays.ref_of(leaf) for leaf in cut.values())
            self.recorder.trace.add(call)
        return cut


def _sizes(tensor: Any) -> Shape:
    """Return the shape of a symbolic tensor, whose open axes agree with every size."""
    return tuple(AnySize() if size is None else int(size) for size in cast("list[int | None]", tensor.shape.as_list()))


def _loss(model: Any) -> Any:
    """Return the function by which a model was told to compare, or None where it is no single one."""
    asked = getattr(model, "loss", None)
    if isinstance(asked, str):
        asked = cast("Any", sys.modules["tf_keras"]).losses.get(asked)
    own = getattr(asked, "fn", asked)
    return own if inspect.isfunction(own) else None


def _result(name: str, model: Any, given: Mapping[str, Any]) -> Any:
    """Return what a loop that failed should have given."""
    if name == "fit":
        return SimpleNamespace(history={}, epoch=[])
    if name == "evaluate":
        names = cast("list[str]", model.metrics_names)
        return [0.0] * len(names) if len(names) > 1 else 0.0
    sizes = (1 if isinstance(size, AnySize) else size for size in _sizes(model.outputs[0])[1:])
    return np.zeros((len(given["x"]), *sizes), "float32")
