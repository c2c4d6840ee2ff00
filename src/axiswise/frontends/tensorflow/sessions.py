"""`Session.run`: where values meet a graph of TensorFlow 1.

A value of another shape than its placeholder's is recorded as a call of its own, `feed`. An operation that fails while
the graph runs is told at the line that made it. Either way the run goes on with zeros of the shape that was meant.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any, cast

import numpy as np
import tensorflow as tf

from axiswise.facts import Conflict, LayerRef, OpCall
from axiswise.frontends.eager.recorder import REWORDING, Recorder
from axiswise.frontends.tensorflow.graph import GraphFailures
from axiswise.ops.contract import contract_of
from axiswise.source.feeding import fed
from axiswise.source.handling import is_handled

_TF: Any = cast("Any", tf)
_SESSION: Any = importlib.import_module("tensorflow.python.client.session").BaseSession
_NP: Any = cast("Any", np)
_OPERATION: Any = _TF.Operation


class Sessions:
    """Follows what a program's sessions run."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def install(self) -> None:
        """Let every run of a session pass through here; `eval` and `run` of tensors and operations are such runs."""
        original = _SESSION.run

        def run(
            session: Any, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
        ) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]

            def do(feeds: Any) -> Any:
                return original(session, fetches, feeds, options, run_metadata)

            def value_of(tensor: Any, feeds: Any) -> Any:
                return original(session, tensor, feeds)

            if self.recorder.quiet or self.recorder.user.innermost(frame) is None:
                return do(feed_dict)
            return self._ran(session.graph, fetches, feed_dict, do, value_of, frame)

        _SESSION.run = run

    def _ran(
        self,
        graph: Any,
        fetches: Any,
        feed_dict: Any,
        do: Callable[[Any], Any],
        value_of: Callable[[Any, Any], Any],
        frame: FrameType,
    ) -> Any:
        feeds: Any = dict(cast("Mapping[Any, Any]", feed_dict)) if isinstance(feed_dict, Mapping) else feed_dict
        self._saw(feeds, fetches, frame)
        for is_last in (False, True):
            try:
                return do(feeds)
            except ValueError as error:
                is_caught = is_last or is_handled(self.recorder.user, frame, error, REWORDING)
                if is_caught or not self._refed(graph, feeds, error, frame):
                    raise
            except _TF.errors.OpError as error:
                if is_handled(self.recorder.user, frame, error, REWORDING):
                    raise
                if not GraphFailures(self.recorder, graph).told(error, lambda tensor: value_of(tensor, feeds), frame):
                    raise
                return _TF.nest.map_structure(partial(_zeros, graph), fetches)
        return None

    def _saw(self, feeds: Any, fetches: Any, frame: FrameType) -> None:
        """Tell the steering what is run: an operation without a result is a step of training."""
        user = self.recorder.user.innermost(frame)
        place = (user.f_code.co_filename, user.f_lineno) if user is not None else None
        shapes = [str(_NP.shape(value)) for value in feeds.values() if isinstance(value, np.ndarray)] if feeds else []
        self.recorder.steering.saw((place, "session", tuple(shapes)))
        if any(isinstance(fetch, _OPERATION) for fetch in _TF.nest.flatten(fetches)):
            self.recorder.steering.trained()

    def _refed(self, graph: Any, feeds: Any, error: ValueError, frame: FrameType) -> bool:
        """Record the values that do not fit their placeholders as one failure; False where all fit.

        Zeros take their places.
        """
        contract = contract_of("feed")
        assert contract is not None
        unfit: list[tuple[Any, OpCall, list[Conflict]]] = []
        given = cast("dict[Any, Any]", feeds) if isinstance(feeds, dict) else {}
        for place, (key, value) in enumerate(given.items()):
            call = self._feed(graph, key, value, place, frame)
            conflicts = contract.conflicts(call) if call is not None else []
            if call is not None and conflicts:
                unfit.append((key, call, conflicts))
        if not unfit:
            return False
        _, call, (conflict, *_) = unfit[0]
        beside = tuple(conflicts[0] for _, _, conflicts in unfit[1:])
        self.recorder.failed(call, error, None, [replace(conflict, facts={**conflict.facts, "beside": beside})])
        for key, call, _ in unfit:
            shapes = contract.output(call)
            dtype = _NP.asarray(feeds[key]).dtype
            feeds[key] = _NP.zeros(self._meant(graph, feeds, key, shapes[0] if shapes else ()), dtype)
        return True

    def _feed(self, graph: Any, key: Any, value: Any, place: int, frame: FrameType) -> OpCall | None:
        """Return the fact of a fed value, or None where nothing is known of either shape."""
        arrays = self.recorder.arrays
        tensor = graph.as_graph_element(key) if isinstance(key, str) else key
        if arrays.kind_of(tensor) is None:
            return None
        kept = value if arrays.kind_of(value) is not None else _NP.asarray(value)
        operands = {"input": arrays.ref_of(kept), "placeholder": arrays.ref_of(tensor)}
        made = self.recorder.trace.producer(operands["placeholder"].id)
        built = made[0].frames if made is not None else ()
        settings = {"shape": made[0].params.get("shape")} if made is not None else {}
        layer = LayerRef(self._name(tensor, frame), "placeholder", settings, built, False)
        frames = self.recorder.user.frames(frame)
        spelled = fed(self.recorder.user.sources, frames[-1], place) if frames else None
        frames = (*frames[:-1], spelled) if spelled is not None else frames
        params = {"spelled": spelled is not None, "is_list": kept is not value}
        return OpCall(-1, "feed", operands, params, frames=frames, layer=layer, spelled="feed")

    def _name(self, tensor: Any, frame: FrameType) -> str:
        """Return the name by which the user's code knows a placeholder, else the graph's own name of it."""
        user = self.recorder.user.innermost(frame)
        spaces = (user.f_locals, user.f_globals) if user is not None else ()
        found = (name for space in spaces for name, value in list(space.items()) if value is tensor)
        return next(found, str(tensor.name).partition(":")[0])

    def _meant(self, graph: Any, feeds: Any, key: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return a shape with the batch that the other values have, where they agree on one."""
        batches: set[int] = set()
        for other, value in feeds.items():
            tensor = graph.as_graph_element(other) if isinstance(other, str) else other
            given = _NP.shape(value)
            if (
                other is not key
                and tensor.shape.rank
                and tensor.shape[0] is None
                and tensor.shape.is_compatible_with(given)
            ):
                batches.add(given[0])
        known = tuple(int(size) for size in shape)
        tensor = graph.as_graph_element(key) if isinstance(key, str) else key
        is_open = bool(tensor.shape.rank) and tensor.shape.as_list()[0] is None
        return (batches.pop(), *known[1:]) if len(batches) == 1 and is_open else known


def _zeros(graph: Any, fetch: Any) -> Any:
    """Return what a run should have given for one fetch: None for an operation, zeros for a tensor."""
    tensor = graph.as_graph_element(fetch)
    if isinstance(tensor, _OPERATION):
        return None
    shape: list[int | None] = tensor.shape.as_list() if tensor.shape.rank is not None else []
    return _NP.zeros([1 if size is None else size for size in shape], tensor.dtype.as_numpy_dtype)[()]
