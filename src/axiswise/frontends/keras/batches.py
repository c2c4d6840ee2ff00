"""Which array of the program's a batch was cut from, so that its axes are followed back into the data."""

from __future__ import annotations

from types import FrameType
from typing import Any

from axiswise.facts import OpCall
from axiswise.frontends.eager.recorder import Recorder


class Batches:
    """The data that training loops were given, until its batches arrive at the model."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._given: dict[int, tuple[list[Any], Any]] = {}

    def begin(self, model: Any, arrays: list[Any], batch_size: Any) -> None:
        """Remember the arrays that a model's loop was given as inputs."""
        self._given[id(model)] = (arrays, batch_size)

    def end(self, model: Any) -> None:
        """Forget them."""
        self._given.pop(id(model), None)

    def arrived(self, model: Any, inputs: Any, frame: FrameType) -> None:
        """Write down that a model's inputs are batches of what its loop was given."""
        arrays, batch_size = self._given.get(id(model), ([], None))
        batches = list(self.recorder.arrays.among(inputs))
        known = self.recorder.trace.producers
        if not arrays or len(arrays) != len(batches):
            return
        if any(self.recorder.arrays.fact_of(each).id in known for each in batches):
            return
        arrays_of = self.recorder.arrays
        operands = {f"tensors.{place}": arrays_of.ref_of(array) for place, array in enumerate(arrays)}
        for each in batches:
            arrays_of.fact_of(each).axes.setdefault(0, "batch")
        call = OpCall(-1, "load-batch", operands, {"batch_size": batch_size}, frames=self.recorder.user.frames(frame))
        call.outputs = tuple(arrays_of.ref_of(each) for each in batches)
        self.recorder.trace.add(call)
