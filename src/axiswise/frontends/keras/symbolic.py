"""Calls on symbolic tensors: run abstractly where Keras' own shape rules are too lax, and mended where they fail.

`compute_output_shape` accepts programs that no backend runs. Where a contract doubts a symbolic call, or where it has
several inputs, the layer's `call` is run abstractly on the backend, and what that raises is the call's failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import keras
from keras.src import backend, tree  # type: ignore[import-untyped]

from axiswise.facts import OpCall, Shape, TensorRef
from axiswise.frontends.eager.kinds import OpenShape
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.ops.contract import contract_of
from axiswise.origin import AnySize
from axiswise.source.guessing import STANDING, guessed_axes

_KERAS: Any = cast("Any", keras)
_BACKEND: Any = cast("Any", backend)
_TREE: Any = cast("Any", tree)

FILLED = 64
"""The length that an open axis is tried at."""

TORCH_FILLS = frozenset({83, 89})
"""Lengths that Keras puts in the place of open axes on torch, to see which of them come through."""


class Attempt:
    """One call of a layer, and what stands in for its result where it fails."""

    def __init__(self, recorder: Recorder, layer: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        self.recorder = recorder
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.given = list(recorder.arrays.among((args, kwargs)))
        self.symbolic = any(isinstance(each, _KERAS.KerasTensor) for each in self.given)
        self._lax: Any = None
        self._reading: Reading | None = None

    def made(self, call: Callable[..., Any], reading: Reading | None = None) -> Any:
        """Make the call; one that Keras only calculated the shape of is tried on the backend, where it is doubtful."""
        self._reading = reading
        result = call(*self.args, **self.kwargs)
        if self.symbolic and reading is not None:
            conflicts = self._doubts(reading)
            if conflicts or len(self.given) > 1:
                self._lax = result
                self._try(bool(conflicts))
        return result

    def _doubts(self, reading: Reading) -> bool:
        contract = contract_of(reading.op)
        return contract is not None and bool(contract.conflicts(call_of(self.recorder, reading)))

    def _try(self, doubted: bool) -> None:
        """Run `call` abstractly.

        Raises:
            Exception: What the backend raises; where no contract doubted, only if open axes are not the reason.
        """
        try:
            self._abstract(FILLED)
        except Exception:
            if doubted:
                raise
            self._abstract(None)

    def _abstract(self, size: int | None) -> None:
        def filled(value: Any) -> Any:
            if not isinstance(value, _KERAS.KerasTensor):
                return value
            known: Any = value
            return _KERAS.KerasTensor(tuple(size if each is None else each for each in known.shape), known.dtype)

        args, kwargs = _TREE.map_structure(filled, (tuple(self.args), self.kwargs))
        _BACKEND.compute_output_spec(self.layer.call, *args, **kwargs)

    def shapes(self, reading: Reading) -> tuple[Shape, ...] | None:
        """Return the shapes that the call was meant to give, as far as its contract tells."""
        contract = contract_of(reading.op)
        return contract.output(call_of(self.recorder, reading)) if contract is not None else None

    def instead(self, shapes: tuple[Shape, ...] | None) -> Any:
        """Return what the program goes on with: Keras' own symbolic result, else tensors of the shapes."""
        if self._lax is not None:
            return self._lax
        shapes = shapes or self._computed()
        if not shapes or not self.given:
            return None
        wanted = [tuple(None if isinstance(size, AnySize) else int(size) for size in shape) for shape in shapes]
        dtype = str(self.layer.compute_dtype or "float32")
        made = stand_ins(wanted, dtype, self.given)
        if self.symbolic:
            made[0]._keras_history.operation.stood = self._standing(shapes)
        return made[0] if len(made) == 1 else made

    def _standing(self, shapes: tuple[Shape, ...]) -> Callable[[list[Any]], None]:
        """Return what writes down that a model's graph has come to this stand-in, with real tensors."""
        axes: frozenset[int] | None = frozenset()
        if self._reading is not None:
            call = call_of(self.recorder, self._reading)
            call.outputs = tuple(TensorRef(-1, shape) for shape in shapes)
            axes = guessed_axes(call)

        def stood(made: list[Any]) -> None:
            outputs = tuple(self.recorder.arrays.ref_of(each) for each in made)
            self.recorder.trace.add(OpCall(-1, STANDING, {}, {"axes": axes}, outputs, saved=True))

        return stood

    def _computed(self) -> tuple[Shape, ...] | None:
        """Return the shape that Keras calculates, where it still can."""
        shapes = [tuple(self.recorder.arrays.shape_of(each)) for each in self.given]
        known = [tuple(None if isinstance(size, AnySize) else int(size) for size in shape) for shape in shapes]
        try:
            made: Any = self.layer.compute_output_shape(known[0] if len(known) == 1 else known)
        except Exception:  # whatever a layer raises for shapes that it refuses: then nothing is known
            return None
        sizes = cast("tuple[Any, ...]", made) if isinstance(made, tuple) else (made,)
        if not all(size is None or isinstance(size, int) for size in sizes):
            return None
        return (tuple(AnySize() if size is None else int(size) for size in sizes),)


def call_of(recorder: Recorder, reading: Reading) -> OpCall:
    """Return a reading as the call that a contract judges."""
    refs = {
        role: value if isinstance(value, TensorRef) else recorder.arrays.ref_of(value)
        for role, value in reading.operands.items()
    }
    return OpCall(-1, reading.op, refs, reading.params)


class _Meant(_KERAS.Operation):
    """Zeros in the place of what an operation should have given: a node of a functional model's graph."""

    def __init__(self, shapes: Sequence[OpenShape], dtype: str) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self.shapes = shapes
        self.meant_dtype = dtype
        self.batch: int | None = None
        self.stood: Callable[[list[Any]], None] | None = None

    def call(self, *given: Any) -> Any:
        # A model that is built by its first batch has its length in every symbolic shape; later ones have others.
        shapes = [(None, *shape[1:]) if shape and shape[0] == self.batch else shape for shape in self.shapes]
        made = [zeros(shape, self.meant_dtype, given[0]) for shape in shapes]
        if self.stood is not None:
            self.stood(made)
        return _packed(made)

    def compute_output_spec(self, *given: Any) -> Any:
        self.batch = given[0].shape[0] if given[0].shape else None
        return _packed([_KERAS.KerasTensor(shape, self.meant_dtype) for shape in self.shapes])


def _packed(made: list[Any]) -> Any:
    return made[0] if len(made) == 1 else made


def zeros(shape: OpenShape, dtype: str, like: Any) -> Any:
    """Return zeros; an open axis has the length that it has in `like`."""
    known = _KERAS.ops.shape(like)
    sizes = [each if each is not None else known[axis] if axis < len(known) else 1 for axis, each in enumerate(shape)]
    made = _KERAS.ops.zeros(sizes, dtype=dtype)
    if not dtype.startswith("float") or not str(like.dtype).rpartition(".")[2].startswith("float"):
        return made
    # Gradients still reach what came before.
    return made + _KERAS.ops.cast(_KERAS.ops.sum(like) * 0.0, dtype)


def stand_ins(shapes: Sequence[OpenShape], dtype: str, given: Sequence[Any]) -> list[Any]:
    """Return tensors in the place of a call's results; symbolic ones stay connected with the symbolic inputs."""
    tensors = [each for each in given if isinstance(each, _KERAS.KerasTensor)]
    if not tensors:
        return [zeros(shape, dtype, given[0]) for shape in shapes]
    made: Any = cast("Any", _Meant(shapes, dtype))(*tensors)
    return list(made) if len(shapes) > 1 else [made]


def install(recorder: Recorder) -> None:
    """Know open axes as such while Keras works out a result's shape on torch's tensors."""
    if _BACKEND.backend() != "torch":
        return
    compute = _BACKEND.compute_output_spec

    def compute_output_spec(function: Any, *args: Any, **kwargs: Any) -> Any:
        tensors = [each for each in _TREE.flatten((args, kwargs)) if isinstance(each, _KERAS.KerasTensor)]
        before = recorder.arrays.open
        if any(None in tensor.shape for tensor in tensors):
            recorder.arrays.open = TORCH_FILLS
        try:
            return compute(function, *args, **kwargs)
        finally:
            recorder.arrays.open = before

    _BACKEND.compute_output_spec = compute_output_spec
