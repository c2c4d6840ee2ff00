"""Which array of the program's a batch was cut from, so that its axes are followed back into the data."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any, cast

from axiswise.facts import OpCall
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.keras.shortening import leaves

ROLES = ("x", "y", "sample_weight")


class Batches:
    """The data that training loops were given, until its batches arrive at the model."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._given: dict[int, tuple[dict[str, Any], Any]] = {}

    def begin(self, model: Any, given: Mapping[str, Any]) -> None:
        """Remember the arguments of a model's loop: `x`, `y`, `sample_weight`, `batch_size`."""
        arrays = {path: leaf for role in ROLES for path, leaf in leaves(given.get(role), role).items()}
        known = {path: leaf for path, leaf in arrays.items() if self.recorder.arrays.kind_of(leaf) is not None}
        self._given[id(model)] = (known, given.get("batch_size"))

    def end(self, model: Any) -> None:
        """Forget them."""
        self._given.pop(id(model), None)

    def is_running(self, model: Any) -> bool:
        """Return whether one of a model's loops is running."""
        return id(model) in self._given

    def yielded(self, model: Any, data: Any, frame: FrameType) -> None:
        """Write down that a step's data are batches of what the model's loop was given."""
        if not self.is_running(model):
            return
        arrays, batch_size = self._given[id(model)]
        parts: tuple[Any, ...] = cast("Any", data) if isinstance(data, tuple) else (data,)
        of = self.recorder.arrays
        found = {
            path: leaf
            for role, part in zip(ROLES, parts, strict=False)
            for path, leaf in leaves(part, role).items()
            if of.kind_of(leaf) is not None and of.fact_of(leaf).id not in self.recorder.trace.producers
        }
        for leaf in found.values():
            of.fact_of(leaf).axes.setdefault(0, "batch")
        cut = {
            path: leaf
            for path, leaf in found.items()
            if path in arrays and of.shape_of(leaf)[1:] == of.shape_of(arrays[path])[1:]
        }
        if not cut:
            return
        operands = {path: of.ref_of(arrays[path]) for path in cut}
        call = OpCall(-1, "load-batch", operands, {"batch_size": batch_size}, frames=self.recorder.user.frames(frame))
        call.outputs = tuple(of.ref_of(leaf) for leaf in cut.values())
        self.recorder.trace.add(call)

    def arrived(self, model: Any, inputs: Any, frame: FrameType) -> None:
        """Write down a model's inputs, where its step was not seen to be handed them."""
        if self.is_running(model) and inputs:
            self.yielded(model, (inputs[0],), frame)
