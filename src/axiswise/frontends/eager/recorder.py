"""Write down what a program does with its arrays while it really runs.

`Recorder` is the observer of the user's source (`axiswise.source.observing`) and the place where frameworks' adapters
report what happens inside their layers. A call that fails is recorded as a Failure and replaced by an array of the
shape it was meant to have, so that the program goes on.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from types import FrameType
from typing import Any, cast

from axiswise.facts import Conflict, Failure, Frame, LayerRef, OpCall, Shape, TensorRef, Trace, is_series
from axiswise.frontends.eager.kinds import Arrays, Kind, Laid
from axiswise.frontends.eager.vocabulary import Reading, Vocabulary
from axiswise.frontends.messages import read_message
from axiswise.frontends.messages.said import said
from axiswise.frontends.steering import Steering
from axiswise.ops.contract import contract_of
from axiswise.origin import AnySize, Origin, Size
from axiswise.source.axis_names import AxisNames
from axiswise.source.frames import UserCode, plain
from axiswise.source.guessing import is_guessed
from axiswise.source.handling import is_handled

OPERATORS = {
    "+": ("add", "add"),
    "-": ("sub", "sub"),
    "*": ("mul", "mul"),
    "/": ("div", "truediv"),
    "//": ("floor_divide", "floordiv"),
    "%": ("remainder", "mod"),
    "**": ("pow", "pow"),
    "@": ("matmul", "matmul"),
    "&": ("bitwise_and", "and_"),
    "|": ("bitwise_or", "or_"),
    "^": ("bitwise_xor", "xor"),
    "==": ("eq", "eq"),
    "!=": ("ne", "ne"),
    "<": ("lt", "lt"),
    "<=": ("le", "le"),
    ">": ("gt", "gt"),
    ">=": ("ge", "ge"),
}
"""Python's operators: the op word of each, and its function in `operator`."""

REWORDING = ("keras.", "tensorflow.", "tf_keras.", "jax.")
"""Modules that catch every error to raise it again in longer words."""

_NUMBERS = (int, float, bool, str, Size)


class Recorder:
    """What was seen of one run."""

    def __init__(self, user: UserCode, steering: Steering) -> None:
        self.user = user
        self.steering = steering
        self.trace = Trace()
        self.arrays = Arrays()
        self.vocabulary = Vocabulary(self.arrays)
        self.names = AxisNames(user)
        self.sizes: dict[str, set[int]] = {}
        self.unpacking: OpCall | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.quiet = 0
        self.running_layer: Callable[[], LayerRef | None] = lambda: None
        self.running_modules: Callable[[], tuple[tuple[str, str], ...]] = tuple

    # -- what the user's source does ----------------------------------------------------------------------------------
    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function; one that the vocabulary knows is written down."""
        found = self.vocabulary.find(function) if not self.quiet else None
        if found is None:
            owner = getattr(function, "__self__", None)
            kind = self.arrays.kind_of(owner) if getattr(function, "__name__", "") == "get_shape" else None
            return function(*args, **kwargs) if kind is None or self.quiet else self._shape(owner, kind, _caller())
        name, read, owner = found
        reading = read(self.arrays, (*owner, *args), kwargs)
        if reading is None:
            return function(*args, **kwargs)
        bare = [plain(value) for value in args]
        named = {key: plain(value) for key, value in kwargs.items()}
        return self.run(reading, lambda: function(*bare, **named), _caller(), name)

    def operate(self, symbol: str, left: Any, right: Any) -> Any:
        """Apply an operator; one on arrays is written down."""
        return self._operated(symbol, left, right, _caller())

    def _operated(self, symbol: str, left: Any, right: Any, frame: FrameType) -> Any:
        word, name = OPERATORS[symbol]
        apply: Callable[[Any, Any], Any] = getattr(operator, name)
        if self.quiet or (isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS)):
            return apply(left, right)
        if self.arrays.kind_of(left) is None and self.arrays.kind_of(right) is None:
            return apply(left, right)
        reading = Reading(word)
        reading.put("left", left, self.arrays)
        reading.put("right", right, self.arrays)
        return self.run(reading, lambda: apply(plain(left), plain(right)), frame, symbol)

    def update(self, symbol: str, left: Any, right: Any) -> Any:
        """Apply an operator in place; one on an array that changes by it is written down as such."""
        return self._updated(symbol, left, right, _caller())

    def _updated(self, symbol: str, left: Any, right: Any, frame: FrameType) -> Any:
        word, name = OPERATORS[symbol]
        apply: Callable[[Any, Any], Any] = getattr(operator, f"i{name.rstrip('_')}")
        if self.quiet or self.arrays.kind_of(left) is None:
            return apply(left, right)
        if not hasattr(left, f"__i{name.rstrip('_')}__"):
            return self._operated(symbol, left, right, frame)
        reading = Reading(word, params={"inplace": True}, instead=lambda shapes: left)
        reading.put("left", left, self.arrays)
        reading.put("right", right, self.arrays)
        return self.run(reading, lambda: apply(left, plain(right)), frame, f"{symbol}=")

    def item(self, value: Any, index: Any) -> Any:
        """Subscript a value; an array's subscript is written down."""
        if self.quiet or self.arrays.kind_of(value) is None:
            return value[index]
        return self._read(value, index, _caller())

    def _read(self, value: Any, index: Any, frame: FrameType) -> Any:
        reading = self._subscripted(value, index)
        if reading is None:
            return value[plain(index)]
        return self.run(reading, lambda: value[plain(index)], frame, "[]")

    def store(self, value: Any, index: Any, new: Any) -> None:
        """Assign to a subscript; an array's is written down."""
        self._stored(value, index, new, _caller())

    def store_updated(self, symbol: str, value: Any, index: Any, right: Any) -> None:
        """Apply an operator in place to what a subscript gives, and assign it there."""
        frame = _caller()
        if self.quiet or self.arrays.kind_of(value) is None:
            value[index] = getattr(operator, f"i{OPERATORS[symbol][1].rstrip('_')}")(value[index], right)
            return
        part = self._read(value, index, frame)
        value[plain(index)] = self._updated(symbol, part, right, frame)

    def _stored(self, value: Any, index: Any, new: Any, frame: FrameType) -> None:
        reading = self._subscripted(value, index) if not self.quiet and self.arrays.kind_of(value) else None
        if reading is None:
            value[index] = new
            return
        reading.op, reading.instead = "index-assign", lambda shapes: value
        reading.put("value", new, self.arrays)

        def assign() -> Any:
            value[plain(index)] = plain(new)
            return value

        self.run(reading, assign, frame, "[]=")

    def field(self, value: Any, name: str) -> Any:
        """Read an attribute: a shape's sizes know their axis, a transposition is written down."""
        kind = self.arrays.kind_of(value) if not self.quiet else None
        if kind is None:
            return getattr(value, name)
        if name == "shape":
            return self._shape(value, kind, _caller())
        read = self.vocabulary.method(kind.name, name)
        reading = read(self.arrays, (value,), {}) if read is not None else None
        if reading is None:
            return getattr(value, name)
        return self.run(reading, lambda: getattr(value, name), _caller(), f"{kind.name}.{name}")

    def _shape(self, value: Any, kind: Kind, frame: FrameType) -> Any:
        fact, shape = self.arrays.fact_of(value), kind.shape(value) or ()
        words = self.names.unpacked(frame)
        if len(words) == len(shape):
            fact.axes.update((axis, word) for axis, word in enumerate(words) if word)
        elif len(words) > 1:
            # What comes next fails in Python itself, where no array is at hand any more.
            ref, names = self.arrays.ref_of(value), {"names": len(words)}
            self.unpacking = OpCall(-1, "unpack", {"input": ref}, names, frames=self.user.frames(frame))
        sizes = tuple(
            Size(size, Origin("axis", size, tensor=fact.id, axis=axis)) if isinstance(size, int) else size
            for axis, size in enumerate(shape)
        )
        return kind.sized(value.shape, sizes)

    def _subscripted(self, value: Any, index: Any) -> Reading | None:
        """File an index: arrays as operands, their roles in their places."""
        parts = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
        reading, filed = Reading("index", {"input": value}), list[Any]()
        for place, part in enumerate(parts):
            if self.arrays.kind_of(part) is not None:
                reading.operands[f"index.{place}"] = part
                filed.append(f"index.{place}")
            elif part is None or part is Ellipsis or isinstance(part, (int, slice)):
                filed.append(plain(cast("Any", part)))
            else:
                return None
        reading.params["index"] = tuple(filed)
        return reading

    # -- one call -----------------------------------------------------------------------------------------------------
    def run(
        self, reading: Reading, do: Callable[[], Any], frame: FrameType, spelled: str, layer: LayerRef | None = None
    ) -> Any:
        """Run a call that was read, record it, and mend it where it fails; `layer` is the library's that makes it."""
        call = self.call_of(reading, frame, spelled, layer)
        try:
            result = do()
        except Exception as error:
            if "axiswise_failure" in vars(error) or is_handled(self.user, frame, error, REWORDING):
                raise
            result = self.fail(call, error, frame, reading)
            if result is None:
                raise
        self.record(call, result, frame)
        return result

    def call_of(self, reading: Reading, frame: FrameType, spelled: str, layer: LayerRef | None = None) -> OpCall:
        """Return the fact for a reading at a running frame."""
        operands = {role: self._operand(value) for role, value in reading.operands.items()}
        return OpCall(
            -1,
            reading.op,
            operands,
            reading.params,
            frames=self._line(frame, layer),
            layer=layer,
            within=self.running_modules(),
            spelled=spelled,
        )

    def _line(self, frame: FrameType, layer: LayerRef | None) -> tuple[Frame, ...]:
        """Return the user's frames of a call; where a model is only being put together, those that built the layer."""
        return layer.built if layer is not None and not layer.called and layer.built else self.user.frames(frame)

    def _operand(self, value: Any) -> TensorRef:
        """Return an operand of a reading; one that is laid out anew is followed back to the array that it is."""
        if not isinstance(value, Laid):
            return value if isinstance(value, TensorRef) else self.arrays.ref_of(value)
        given = self.arrays.ref_of(value.array)
        shape = tuple(given.shape[axis] for axis in value.order)
        turned = replace(given, id=self.arrays.identity(), shape=shape, axes={}, strides=None)
        self.trace.add(OpCall(-1, "permute", {"input": given}, {"dims": value.order}, (turned,)))
        return turned

    def record(self, call: OpCall, result: Any, frame: FrameType) -> None:
        """Put a call that gave a result into the trace."""
        given = {ref.id for ref in call.operands.values()}
        outputs = [each for each in self.arrays.among(result) if self.arrays.fact_of(each).id not in given]
        if outputs:
            if not call.operands:
                self._name_axes(outputs[0], frame)
            call.outputs = tuple(self.arrays.ref_of(each) for each in outputs)
            self.trace.add(call)
        shapes = tuple(ref.shape for ref in call.operands.values())
        self.steering.saw((call.frames[-1:] and call.frames[-1].span, call.op, str(shapes)))

    def _name_axes(self, value: Any, frame: FrameType) -> None:
        """Name a new array's axes by the names its sizes are given as: `np.zeros((samples, steps))`."""
        words = self.names.given(frame)
        if len(words) == len(self.arrays.shape_of(value)):
            self.arrays.fact_of(value).axes.update({axis: word for axis, word in enumerate(words) if word})

    # -- failures -----------------------------------------------------------------------------------------------------
    def fail(self, call: OpCall, error: Exception, frame: FrameType, reading: Reading) -> Any:
        """Record a failed call; return what it was meant to give, or None where that is unknown."""
        contract = contract_of(call.op)
        conflicts = contract.conflicts(call) if contract else []
        if not conflicts:
            read = read_message(type(error).__name__, str(error))
            if read is None:
                return None  # about something else than shapes
            conflicts = [_on(read, call)]
        self.failed(call, error, frame, conflicts)
        shapes = _flattened(call) or (contract.output(call) if contract else None)
        given = [
            value
            for role, value in reading.operands.items()
            if role != "condition" and not isinstance(value, TensorRef)  # whose type is not the result's
        ]
        if reading.instead is not None:
            result = reading.instead(shapes)
        else:
            like = self._leading(given)
            made = [self.stand_in(shape, like) for shape in shapes or ()] if given else []
            result = made[0] if len(made) == 1 else made or None
        call.saved = result is not None
        return result

    def _leading(self, operands: Sequence[Any]) -> Any:
        """Return the operand whose kind a result has: another framework's before NumPy's."""
        others = (
            each for each in operands if (kind := self.arrays.kind_of(each)) is not None and kind.name != "ndarray"
        )
        return next(others, operands[0] if operands else None)

    def failed(self, call: OpCall, error: Exception, frame: FrameType | None, conflicts: Sequence[Conflict]) -> None:
        """Write a failure down; the exception is marked, so that no outer call tells of it again.

        Without a frame, the call knows already where it stands.
        """
        if frame is not None:
            call.frames = self._line(frame, call.layer)
        failure = Failure(type(error).__name__, said(str(error)), call, call.frames, tuple(conflicts))
        if not is_guessed(self.trace, conflicts[0]):
            self.trace.failures.append(failure)
        vars(error)["axiswise_failure"] = failure
        self.on_failure()

    def stand_in(self, shape: Shape, like: Any) -> Any:
        """Return an array in the place of one that a failed call should have given."""
        kind = self.arrays.kind_of(like)
        assert kind is not None
        dtype = kind.dtype(like)
        wanted = tuple(None if isinstance(size, AnySize) else int(size) for size in shape)
        return kind.made(wanted, dtype, like)


def _flattened(call: OpCall) -> tuple[Shape, ...] | None:
    """Return what a reshape that miscounts the features of each row would have given had it counted them right."""
    ref, asked = call.operands.get("input"), call.params.get("shape")
    if call.op != "reshape" or ref is None or not is_series(asked) or len(asked) != 2 or not ref.rank > 2:
        return None
    if asked[0] not in (-1, ref.shape[0]) or any(isinstance(size, AnySize) for size in ref.shape):
        return None
    return ((ref.shape[0], prod(ref.shape[1:])),)


def _on(read: Conflict, call: OpCall) -> Conflict:
    """Return what a message says as a conflict of a call, as far as the call has such operands."""
    left, right = (
        side if side and (not side.operand or side.operand in call.operands) else None
        for side in (read.left, read.right)
    )
    is_of_loss = read.kind in ("target", "target-rank") and "target" not in call.operands
    return Conflict("other" if is_of_loss else read.kind, call, left, right, read.facts)


def _caller() -> FrameType:
    """Return the frame of the user's line behind an observed call."""
    return sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
