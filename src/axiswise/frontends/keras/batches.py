"""Which array of the program's a batch was cut from, so that its axes are followed back into the data."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any, cast

from axiswise.facts import OpCall, is_series
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.keras.shortening import leaves

ROLES = ("x", "y", "sample_weight")


HELD = tuple(f"validation_data.{place}" for place in range(len(ROLES)))
"""The same of what a loop is validated on."""


class _Given:
    """What one loop runs on: its arrays by path, its batch size, and the paths that its batches stand for."""

    def __init__(self, arrays: dict[str, Any], size: Any, roles: tuple[str, ...], stream: str) -> None:
        self.arrays = arrays
        self.size = size
        self.roles = roles
        self.stream = stream


class Batches:
    """The data that training loops were given, until its batches arrive at the model."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._given: dict[int, list[_Given]] = {}
        self._held: dict[int, tuple[Any, Any]] = {}

    def begin(self, model: Any, given: Mapping[str, Any]) -> None:
        """Remember the arguments of a model's loop: `x`, `y`, `sample_weight`, `batch_size`."""
        data: dict[str, Any] = {str(role): given.get(role) for role in ROLES}
        self._given[id(model)] = [self._of(data, given.get("batch_size"), ROLES)]
        self._held[id(model)] = given.get("validation_data"), given.get("validation_batch_size")

    def validate(self, model: Any) -> bool:
        """Remember that a loop turns to what it is validated on; False where that is a share of its own data."""
        held, size = self._held.get(id(model), (None, None))
        if held is None:
            return False
        parts = held if is_series(held) else (held,)
        data = dict(zip(HELD, parts, strict=False))
        self._given[id(model)].append(self._of(data, size, HELD))
        return True

    def validated(self, model: Any) -> None:
        """Forget it again."""
        self._given[id(model)].pop()

    def _of(self, data: Mapping[str, Any], size: Any, roles: tuple[str, ...]) -> _Given:
        arrays = {path: leaf for role, part in data.items() for path, leaf in leaves(part, role).items()}
        known = {path: leaf for path, leaf in arrays.items() if self.recorder.arrays.kind_of(leaf) is not None}
        source = data.get(roles[0])
        streams = {path for path in arrays if path.startswith(roles[0])} - known.keys()
        stream = "" if not streams else "dataset" if hasattr(source, "element_spec") else "stream"
        return _Given(known, size, roles, stream)

    def end(self, model: Any) -> None:
        """Forget them."""
        self._given.pop(id(model), None)
        self._held.pop(id(model), None)

    def is_running(self, model: Any) -> bool:
        """Return whether one of a model's loops is running."""
        return id(model) in self._given

    def stream(self, model: Any) -> str:
        """Return what a running loop takes its batches from: a `dataset`, another `stream`; empty for arrays."""
        return self._given[id(model)][-1].stream if self.is_running(model) else ""

    def yielded(self, model: Any, data: Any, frame: FrameType) -> None:
        """Write down that a step's data are batches of what the model's loop was given."""
        if not self.is_running(model):
            return
        given = self._given[id(model)][-1]
        parts: tuple[Any, ...] = cast("Any", data) if isinstance(data, tuple) else (data,)
        of = self.recorder.arrays
        found = {
            path: leaf
            for role, part in zip(given.roles, parts, strict=False)
            for path, leaf in leaves(part, role).items()
            if of.kind_of(leaf) is not None and of.fact_of(leaf).id not in self.recorder.trace.producers
        }
        if given.stream != "dataset":
            for leaf in found.values():
                of.fact_of(leaf).axes.setdefault(0, "batch")
        frames = self.recorder.user.frames(frame)
        cut = {
            path: leaf
            for path, leaf in found.items()
            if path in given.arrays and of.shape_of(leaf)[1:] == of.shape_of(given.arrays[path])[1:]
        }
        if not cut:
            if given.stream:
                taken = tuple(of.ref_of(leaf) for leaf in found.values())
                params = {"paths": tuple(found)}
                self.recorder.trace.add(OpCall(-1, "next-batch", {}, params, taken, frames))
            return
        operands = {path: of.ref_of(given.arrays[path]) for path in cut}
        call = OpCall(-1, "load-batch", operands, {"batch_size": given.size}, frames=frames)
        call.outputs = tuple(of.ref_of(leaf) for leaf in cut.values())
        self.recorder.trace.add(call)

    def arrived(self, model: Any, inputs: Any, frame: FrameType) -> None:
        """Write down a model's inputs, where its step was not seen to be handed them."""
        if self.is_running(model) and inputs:
            self.yielded(model, (inputs[0],), frame)
