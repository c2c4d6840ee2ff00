"""Run a program's torch calls on abstract tensors and write down each one.

`Tracer` receives every torch function that Python code calls. Metadata is answered with sizes that know their axis,
values with what is known of them, and everything else is run on fake tensors and recorded. A call that fails is
confirmed on real torch, recorded as a Failure, and replaced by a tensor of the shape it was meant to have, so that the
program goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from types import CodeType, FrameType
from typing import Any

import torch
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
)
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from axiswise.facts import Conflict, Failure, Frame, OpCall, Shape, Trace
from axiswise.frontends.absent import absent_package
from axiswise.frontends.messages import read_message
from axiswise.frontends.steering import Steering
from axiswise.frontends.torch import calls, values
from axiswise.frontends.torch.genuine import genuine
from axiswise.frontends.torch.layers import ModuleStack
from axiswise.frontends.torch.tensors import fact_of, ref_of, renew, tensors_in
from axiswise.frontends.torch.undecided import counted, guessed, undecided
from axiswise.frontends.torch.vocabulary.reading import Reading, name_of, read_call, settle
from axiswise.ops.contract import contract_of
from axiswise.ops.devices import device_conflict
from axiswise.ops.silent import candidates
from axiswise.origin import Origin, Size
from axiswise.source.axis_names import AxisNames
from axiswise.source.frames import UserCode, plain
from axiswise.source.handling import is_handled

_UNDECIDED = (DataDependentOutputException, DynamicOutputShapeException)


class _Unseen(FakeTensorMode):
    """Fake tensors whose inner workings no tracer sees, also below what is no function of torch (`Function.apply`)."""

    def dispatch(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]
            return super().dispatch(func, types, args, kwargs)


class Tracer(TorchFunctionMode):
    """Records the calls of one run."""

    def __init__(self, user: UserCode, steering: Steering) -> None:
        super().__init__()
        self.user = user
        self.steering = steering
        self.trace = Trace()
        self.fake = _Unseen(allow_non_fake_inputs=True)
        self.reading = values.Reading(steering)
        self.reading.install()
        self.modules = ModuleStack(user)
        self.names = AxisNames(user)
        self.on_failure: Callable[[], None] = lambda: None
        self.sizes: dict[str, set[int]] = {}
        self.unpacking: OpCall | None = None
        self.quiet = 0
        self.raising = 0
        self._frames: dict[tuple[CodeType, int], Frame] = {}

    # -- every torch call ---------------------------------------------------------------------------------------------
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if calls.asks_for_fakes(frame := sys._getframe(1)):  # pyright: ignore[reportPrivateUsage]
            return func(*args, **kwargs)
        name = name_of(func)
        answer = calls.ANSWERS.get(name)
        if answer is not None:
            result = answer(self, func, args, kwargs)
            if result is not calls.UNANSWERED:
                return result
        return self.run(func, name, args, kwargs, frame)

    def run(self, func: Any, name: str, args: Any, kwargs: Any, frame: FrameType) -> Any:
        """Run one call on abstract tensors, record it, and mend it where it fails."""
        word = name.rpartition(".")[2]
        inputs = tensors_in((args, kwargs))
        if any(is_lazy(tensor) for tensor in inputs):
            return func(*args, **kwargs)  # it has no shape yet
        call = self._described(func, name, args, kwargs, inputs, frame) if inputs or word in calls.CREATING else None
        device, kwargs = self._device(inputs, kwargs)
        if call is not None and len({fact_of(tensor).device for tensor in inputs}) > 1:
            clash = device_conflict(call)
            if clash is not None and not self.raising:
                self._device_failure(call, clash, frame)
        try:
            if call is not None and inputs and not self.raising and self._is_doubted(call):
                self._confirm(func, args, kwargs)
            result = func(*plain_args(args), **{key: plain(value) for key, value in kwargs.items()})
        except _UNDECIDED:
            result = self._decided(func, word, args, kwargs, call)
        except Exception as error:
            result = self._failed(func, args, kwargs, call, error, frame)
        if word in calls.SILENT:
            return result
        return self.recorded(func, word, args, kwargs, call, result, device, frame)

    def _is_doubted(self, call: OpCall) -> bool:
        """Return whether a call's contract objects: some abstract kernels check less than the real ones, or nothing."""
        contract = contract_of(call.op)
        return contract is not None and bool(contract.conflicts(call))

    def _confirm(self, func: Any, args: Any, kwargs: Any) -> None:
        """Make a doubted call on real torch.

        Raises:
            Exception: What real torch raises.
        """
        error, _ = genuine(func, args, kwargs, RuntimeError())
        if error is not None and str(error):
            raise error

    def _decided(self, func: Any, word: str, args: Any, kwargs: Any, call: OpCall | None) -> Any:
        """Return the result of a call that depends on values: decided by its name, by numbers, or by its contract."""
        result = undecided(self, word, args, kwargs)
        if result is not calls.UNANSWERED:
            return result
        head = () if word in calls.CREATING else args[:1]
        numbers = (*head, *(counted(self, value) for value in args[len(head) :]))
        try:
            return func(*plain_args(numbers), **{key: plain(value) for key, value in kwargs.items()})
        except _UNDECIDED:
            contract = contract_of(call.op) if call is not None else None
            shapes = contract.output(call) if contract is not None and call is not None else None
            if shapes is None or call is None:
                raise
            return _like_torch(call, [self.stand_in(shape, call) for shape in shapes])

    def recorded(
        self,
        func: Any,
        word: str,
        args: Any,
        kwargs: Any,
        call: OpCall | None,
        result: Any,
        device: str,
        frame: FrameType,
    ) -> Any:
        outputs = tensors_in(result)
        inputs = {id(tensor) for tensor in tensors_in((args, kwargs))}
        for tensor in outputs:
            if id(tensor) not in inputs:
                fact_of(tensor).device = device
            elif word.endswith("_"):  # else it is handed back as it is (contiguous, to, requires_grad_)
                renew(tensor, device)
        given = [args[0]] if word == "__setitem__" else outputs  # what is written into stays the tensor that it is
        if given and not torch.is_inference_mode_enabled():
            values.shadowed(func, word, args, kwargs, result)
        if call is not None and not self.quiet and given:
            fresh = [tensor for tensor in given if id(tensor) not in inputs or word.endswith("_")]
            if fresh:
                if not inputs:
                    self._name_axes(fresh[0], frame)
                call.outputs = tuple(ref_of(tensor) for tensor in fresh)
                self._add(call, frame)
        if call is not None:
            self.steering.saw((call.frames[-1:] and call.frames[-1].span, call.op, _shapes(call)))
        return result

    def _add(self, call: OpCall, frame: FrameType) -> None:
        """Put a call that gave a result into the trace, with what may be wrong with it all the same."""
        self.trace.add(call)
        suspected = () if call.saved else tuple(candidates(call))
        if suspected:
            call.frames = self.user.frames(frame)
            self.trace.failures.append(Failure("", "", call, call.frames, suspected))

    def _name_axes(self, tensor: torch.Tensor, frame: FrameType) -> None:
        """Name a new tensor's axes by the names its sizes are given as: `torch.randn(batch, steps, 512)`."""
        words = self.names.given(frame)
        if len(words) == tensor.dim():
            fact_of(tensor).axes.update({axis: word for axis, word in enumerate(words) if word})

    # -- describing ---------------------------------------------------------------------------------------------------
    def _described(
        self, func: Any, name: str, args: Any, kwargs: Any, inputs: list[torch.Tensor], frame: FrameType
    ) -> OpCall:
        reading = read_call(func, args, kwargs)
        if reading is None:
            word = name.rpartition(".")[2]
            operands = {f"tensors.{position}": tensor for position, tensor in enumerate(inputs)}
            reading = Reading(word, operands)
        return self.call_of(reading, frame, spelled=name)

    def call_of(self, reading: Reading, frame: FrameType, *, spelled: str) -> OpCall:
        """Return the fact for a reading at a running frame."""
        settle(reading, self.reading.item)
        operands = {role: ref_of(tensor) for role, tensor in reading.operands.items()}
        values.told(reading)
        return OpCall(
            -1,
            reading.op,
            operands,
            reading.params,
            frames=self.places(frame),
            layer=self.modules.layer(),
            within=self.modules.within(),
            spelled=spelled,
        )

    def places(self, frame: FrameType) -> tuple[Frame, ...]:
        """Return the user's frames from a frame outwards, without the numbers they hold."""
        found: list[Frame] = []
        for code, instruction in self.user.stack(frame):
            place = self._frames.get((code, instruction))
            if place is None:
                place = self._frames[code, instruction] = self.user.place(code, instruction)
            found.append(place)
        return tuple(found)

    def _device(self, inputs: list[torch.Tensor], kwargs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the label of the result, and the arguments without a device that is only a label."""
        asked = kwargs.get("device")
        if asked is not None:
            return calls.label(asked), {key: value for key, value in kwargs.items() if key != "device"}
        labels = [fact_of(tensor).device for tensor in inputs if tensor.dim()] or [
            fact_of(tensor).device for tensor in inputs
        ]
        elsewhere = next((found for found in labels if found != "cpu"), None)
        return elsewhere or (labels[0] if labels else calls.default_device()), kwargs

    # -- failures -----------------------------------------------------------------------------------------------------
    def _failed(
        self, func: Any, args: Any, kwargs: Any, call: OpCall | None, error: Exception, frame: FrameType
    ) -> Any:
        real, result = genuine(func, args, kwargs, error)
        if real is None:
            with self.quietly():
                return calls.as_fake(self, result)
        if self.raising or call is None or absent_package(real) or is_handled(self.user, frame, real):
            raise real
        outputs = guessed(self, call) or self.fail(call, real, frame)
        if outputs is None:
            raise real
        return _like_torch(call, outputs)

    def fail(self, call: OpCall, error: Exception, frame: FrameType) -> list[torch.Tensor] | None:
        """Record a failed call; return tensors of the shapes it was meant to give, or None where that is unknown."""
        contract = contract_of(call.op)
        conflicts = contract.conflicts(call) if contract else []
        if not conflicts:
            read = read_message(type(error).__name__, str(error))
            conflicts = [Conflict(read.kind if read else "other", call, *(_sides(read, call)))]
        call.frames = self.user.frames(frame)
        failure = Failure(type(error).__name__, str(error), call, call.frames, tuple(conflicts))
        self.trace.failures.append(failure)
        self.on_failure()
        shapes = contract.output(call) if contract else None
        error.__dict__["axiswise_failure"] = failure
        if shapes is None:
            return None
        call.saved = True
        return [self.stand_in(shape, call) for shape in shapes]

    def stand_in(self, shape: Shape, call: OpCall) -> torch.Tensor:
        """Return a tensor in the place of one that a failed call should have given."""
        dtype = next((ref.dtype for ref in call.operands.values() if ref.dtype.startswith(("float", "bfloat"))), None)
        first = next(iter(call.operands.values()), None)
        chosen = getattr(torch, dtype or (first.dtype if first else "float32"))
        with self.fake:
            made = torch.empty(tuple(int(size) for size in shape), dtype=chosen)
            return made.requires_grad_(torch.is_grad_enabled() and chosen.is_floating_point)

    def _device_failure(self, call: OpCall, conflict: Conflict, frame: FrameType) -> None:
        devices = sorted({ref.device for ref in call.operands.values()}, key=lambda name: name == "cpu")
        found = f"but found at least two devices, {devices[0]} and {devices[1]}!"
        message = f"Expected all tensors to be on the same device, {found}"
        call.frames = self.user.frames(frame)
        self.trace.failures.append(Failure("RuntimeError", message, call, call.frames, (conflict,)))

    # -- layers that are one call -------------------------------------------------------------------------------------
    def layer_call(self, reading: Reading, run: Callable[[], Any], spelled: str, frame: FrameType) -> Any:
        """Run a layer that checks shapes in Python, and record it as one call."""
        call = self.call_of(reading, frame, spelled=spelled)
        contract = contract_of(call.op)
        expected = contract.conflicts(call) if contract else []
        try:
            with self.as_one(raising=bool(expected)):
                result = run()
        except Exception as error:
            if "axiswise_failure" in error.__dict__ or self.raising:
                raise
            outputs = self.fail(call, error, frame)
            if outputs is None:
                raise
            result = _like_layer(call.op, outputs)
        if not self.quiet:
            call.outputs = tuple(ref_of(renewed(tensor)) for tensor in tensors_in(result))
            self._add(call, frame)
            self.steering.saw((call.frames[-1:] and call.frames[-1].span, call.op, _shapes(call)))
        return result

    @contextmanager
    def as_one(self, *, raising: bool) -> Generator[None]:
        """Record nothing inside; with `raising`, mend nothing inside either."""
        self.quiet += 1
        try:
            with self.unmended() if raising else nullcontext():
                yield
        finally:
            self.quiet -= 1

    @contextmanager
    def unmended(self) -> Generator[None]:
        """Record what runs inside, and mend nothing of it: what fails is raised."""
        self.raising += 1
        try:
            yield
        finally:
            self.raising -= 1

    @contextmanager
    def quietly(self) -> Generator[None]:
        """Leave the mode for a moment: what runs inside is axiswise's own."""
        with torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]
            yield

    # -- sizes with names ---------------------------------------------------------------------------------------------
    def shape_of(self, tensor: torch.Tensor, frame: FrameType) -> torch.Size:
        """Return a shape whose sizes know their axis, and learn the axes' names from how the user unpacks it."""
        fact = fact_of(tensor)
        words = self.names.unpacked(frame)
        if len(words) == tensor.dim():
            fact.axes.update((axis, word) for axis, word in enumerate(words) if word)
        elif len(words) > 1:
            # What comes next fails in Python itself, where no tensor is at hand any more.
            names = {"names": len(words)}
            self.unpacking = OpCall(-1, "unpack", {"input": ref_of(tensor)}, names, frames=self.user.frames(frame))
        return torch.Size(
            [Size(size, Origin("axis", size, tensor=fact.id, axis=axis)) for axis, size in enumerate(tensor.shape)]
        )

    def size_of(self, tensor: torch.Tensor, dim: int, frame: FrameType) -> Size:
        """Return one size, and learn the axis's name from the name it is given."""
        fact = fact_of(tensor)
        size = tensor.shape[dim]
        axis = dim % tensor.dim()
        words = self.names.unpacked(frame)
        if len(words) == 1 and words[0]:
            fact.axes[axis] = words[0]
        return Size(size, Origin("axis", size, tensor=fact.id, axis=axis))


def renewed(tensor: torch.Tensor) -> torch.Tensor:
    """Give a layer's result an identity of its own: what ran inside is not followed."""
    renew(tensor)
    return tensor


def plain_args(args: Any) -> Any:
    """Return positional arguments with Sizes as plain ints."""
    return tuple(plain(value) for value in args)


def _shapes(call: OpCall) -> tuple[Shape, ...]:
    return tuple(ref.shape for ref in call.operands.values())


def _sides(read: Conflict | None, call: OpCall) -> tuple[Any, ...]:
    """Return what a message says of both sides, as far as the call has such operands."""
    if read is None:
        return (None, None, {})
    sides = [
        side if side and (not side.operand or side.operand in call.operands) else None
        for side in (read.left, read.right)
    ]
    return (*sides, dict(read.facts))


def _like_torch(call: OpCall, outputs: list[torch.Tensor]) -> Any:
    """Arrange stand-ins as the function returns them: `topk` and its kin give a tuple with names."""
    word = call.spelled.rpartition(".")[2]
    named = getattr(torch.return_types, word, None) or getattr(torch.return_types, f"linalg_{word}", None)
    if named is not None and getattr(named, "n_fields", 0) == len(outputs):
        return named(outputs)
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _like_layer(op: str, outputs: list[torch.Tensor]) -> Any:
    """Arrange a recurrent layer's or attention's outputs as it returns them."""
    if op == "lstm" and len(outputs) == 3:
        return outputs[0], (outputs[1], outputs[2])
    if op == "lstm_cell" and len(outputs) == 2:
        return outputs[0], outputs[1]
    return outputs[0] if len(outputs) == 1 else tuple(outputs)
