"""Where something first shows: what each submodule, and each operation of one of them, took and returned.

Runs of one module are compared call by call. The first call whose inputs are clean and whose outputs are not is where
it begins; what `clean` means, the experiment says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import CodeType, TracebackType
from typing import Any, Self, cast

import torch
from torch.overrides import TorchFunctionMode

from axiswise.facts import Frame, OpCall, TensorRef
from axiswise.frontends.torch.audit.leaves import Inputs, leaves
from axiswise.frontends.torch.audit.subject import Subject
from axiswise.frontends.torch.vocabulary.reading import Reading, read_call
from axiswise.source.frames import UserCode

MOST_BYTES = 1 << 30
"""Of tensors that are kept of one run."""

Clean = Callable[[Sequence[torch.Tensor]], bool]
"""Whether one tensor, as it was in each of the runs, is as it should be."""


@dataclass(frozen=True, slots=True)
class Event:
    """A call of a submodule, or an operation inside one.

    Attributes:
        path: The submodule (`blocks.0.attn`; empty for the whole).
        name: Its class; of an operation, the function as torch calls it.
        inputs: Tensors that went in.
        outputs: Tensors that came out.
        stack: The user's frames on the way to it.
        call: Of an operation: what it is in the field's words, its operands and parameters by name.
    """

    path: str
    name: str
    inputs: tuple[torch.Tensor, ...]
    outputs: tuple[torch.Tensor, ...]
    stack: tuple[tuple[CodeType, int], ...]
    call: OpCall | None = None

    def frames(self, user: UserCode) -> tuple[Frame, ...]:
        return tuple(user.place(code, instruction) for code, instruction in self.stack)


class Watch:
    """Writes down the calls of a module's submodules; with `inside`, the operations of that one alone too."""

    def __init__(self, module: torch.nn.Module, user: UserCode, inside: str | None = None) -> None:
        self.events: list[Event] = []
        self._module = module
        self._user = user
        self._inside = inside
        self._open: list[tuple[str, tuple[torch.Tensor, ...], tuple[tuple[CodeType, int], ...]]] = []
        self._handles: list[Any] = []
        self._left = MOST_BYTES
        self._operations: _Operations | None = None

    def __enter__(self) -> Self:
        for path, module in submodules(self._module):
            self._handles.append(module.register_forward_pre_hook(self._before(path), with_kwargs=True))
            self._handles.append(module.register_forward_hook(self._after(path), with_kwargs=True))
        if self._inside is not None:
            self._operations = _Operations(self)
            self._operations.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._operations is not None:
            cast("Any", self._operations).__exit__(kind, error, at)
        for handle in self._handles:
            handle.remove()

    @property
    def is_inside(self) -> bool:
        """Whether the submodule in question is the innermost one that is running."""
        return bool(self._open) and self._open[-1][0] == self._inside

    def kept(self, value: Any) -> tuple[torch.Tensor, ...]:
        """Return copies of the tensors in a value: what is written into them later would change them."""
        found: list[torch.Tensor] = []
        for _, tensor in leaves(value):
            size = tensor.numel() * tensor.element_size()
            if tensor.layout != torch.strided or isinstance(tensor, torch.nn.Parameter) or size > self._left:
                continue
            self._left -= size
            found.append(tensor.detach().clone())
        return tuple(found)

    def _before(self, path: str) -> Callable[..., None]:
        def note(_module: Any, args: Any, kwargs: Any) -> None:
            stack = self._user.stack(sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
            self._open.append((path, self.kept((args, kwargs)), stack))

        return note

    def _after(self, path: str) -> Callable[..., None]:
        def note(module: Any, _args: Any, _kwargs: Any, result: Any) -> None:
            while self._open and self._open[-1][0] != path:
                self._open.pop()  # it raised, and was caught
            if self._open:
                _, inputs, stack = self._open.pop()
                self.events.append(Event(path, type(module).__name__, inputs, self.kept(result), stack))

        return note

    def operation(self, function: Any, args: Any, kwargs: dict[str, Any], call: Callable[[], Any]) -> Any:
        """Run one operation of the submodule in question, and write it down."""
        inputs = self.kept((args, kwargs))
        result = call()
        outputs = self.kept(result)
        if outputs and self._inside is not None:
            stack = self._user.stack(sys._getframe(2))  # pyright: ignore[reportPrivateUsage]
            what = read(function, args, kwargs)
            self.events.append(Event(self._inside, what.spelled, inputs, outputs, stack, what))
        return result


class _Operations(TorchFunctionMode):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = cast("dict[str, Any]", kwargs or {})
        if not self._watch.is_inside:
            return func(*args, **given)
        return self._watch.operation(func, args, given, lambda: func(*args, **given))


def read(function: Any, args: Any, kwargs: dict[str, Any]) -> OpCall:
    """Return an operation in the vocabulary of contracts; one that they do not know by its own name."""
    reading = read_call(function, args, kwargs)
    if reading is None:
        tensors = {f"tensors.{at}": tensor for at, (_, tensor) in enumerate(leaves((args, kwargs)))}
        reading = Reading(getattr(function, "__name__", ""), tensors)
    operands = {role: reference(tensor, at) for at, (role, tensor) in enumerate(reading.operands.items())}
    return OpCall(-1, reading.op, operands, reading.params, spelled=spelled(function))


def reference(tensor: torch.Tensor, at: int) -> TensorRef:
    """Return a tensor as a fact."""
    return TensorRef(at, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."), library="torch")


def submodules(module: torch.nn.Module) -> list[tuple[str, Any]]:
    """Return a module and all in it, by path."""
    return list(cast("Any", module).named_modules())


def spelled(function: Any) -> str:
    """Return a function as a user spells it: `torch.nn.functional.softmax`, `torch.Tensor.mean`."""
    name = getattr(function, "__name__", "")
    owner = getattr(function, "__qualname__", "").rpartition(".")[0]
    if "TensorBase" in owner or owner == "Tensor":
        return f"torch.Tensor.{name}"
    module = getattr(function, "__module__", None) or "torch"
    return f"torch.nn.functional.{name}" if module.endswith("functional") and "nn" in module else f"torch.{name}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something first shows.

    Attributes:
        module: The call of the submodule.
        operation: The operation inside it, where it is the user's own.
    """

    module: Event
    operation: Event | None = None


def first_place(
    subject: Subject,
    user: UserCode,
    variants: Sequence[Inputs],
    clean: Clean,
    owned: Callable[[str], bool],
    steps: int = 0,
    *,
    resized: bool = False,
) -> Place | None:
    """Return where the outputs of runs on several inputs first stop being clean, or None where that cannot be told.

    Args:
        subject: The module.
        user: Tells the user's frames.
        variants: The inputs of each run.
        clean: What is as it should be.
        owned: Whether a submodule's class is the user's own, by its path: then its operations are looked at.
        steps: Size of the axis that a call is judged by: what it returns without that (a last state), where something
            else has it, is its by-product.
        resized: Whether the runs may differ in sizes: then `clean` says what of it is compared.
    """
    event = _first(_watched(subject, user, variants, None), clean, steps, resized=resized)
    if event is None:
        return None
    if not owned(event.path):
        return Place(event)
    operation = _first(_watched(subject, user, variants, event.path), clean, steps, event.path, resized=resized)
    inner = operation if operation is not None and operation.name != event.name else None
    return Place(event, inner)


def _watched(subject: Subject, user: UserCode, variants: Sequence[Inputs], inside: str | None) -> list[list[Event]]:
    found: list[list[Event]] = []
    for inputs in variants:
        watch = Watch(subject.module, user, inside)
        subject.run(inputs, watch)
        found.append(watch.events)
    return found


def _first(
    runs: list[list[Event]], clean: Clean, steps: int, inside: str | None = None, *, resized: bool
) -> Event | None:
    for events in zip(*runs, strict=False):
        first = events[0]
        if any((each.path, each.name) != (first.path, first.name) for each in events):
            return None
        if inside is not None and first.path != inside:
            continue
        taken, given = (_side(events, side, resized=resized) for side in ("inputs", "outputs"))
        if taken is None or given is None:
            return None
        if steps:
            given = [each for each in given if any(size % steps == 0 for size in each[0].shape)] or given
        if all(map(clean, taken)) and not all(map(clean, given)):
            dirty = next(each for each in given if not clean(each))
            return replace(first, outputs=(dirty[0],))
    return None


def _side(events: Sequence[Event], side: str, *, resized: bool) -> list[tuple[torch.Tensor, ...]] | None:
    """Return the tensors of one side of a call, each as it was in all runs; None where they do not correspond."""
    sides: list[tuple[torch.Tensor, ...]] = [getattr(each, side) for each in events]
    if len({tuple(tensor.ndim if resized else tuple(tensor.shape) for tensor in each) for each in sides}) != 1:
        return None
    return list(zip(*sides, strict=True))


def watched_once(subject: Subject, user: UserCode, inputs: Inputs) -> list[Event]:
    """Return the calls of one run."""
    return _watched(subject, user, [inputs], None)[0]
