"""Modules met again: one with the same configuration and the same inputs as before gives what that one gave.

A stack of equal layers costs one layer then. What a module's configuration is, is not guessed: every attribute that was
read while it ran is compared (`layer_idx` counts where a cache was asked for it, and not otherwise). A module that set
an attribute, changed an object, had hooks, or met a decision about values is run again each time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.frontends.construction import Built
from axiswise.frontends.torch.layers import BUILT
from axiswise.frontends.torch.tensors import fact_of, tensors_in
from axiswise.frontends.torch.tracer import Tracer

_PLAIN = (int, float, bool, str, bytes, type(None), torch.dtype, torch.device)
_FIXED = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_UNSEEN = frozenset({"__dict__", "__class__", "_parameters", "_buffers", "_modules", "training", *_HOOKS})
"""Attributes that torch reads of every module; their part in the configuration is in `_frame_of`."""


DEEP = 100
"""Modules from which on a model is a deep one."""


class _Other(Exception):
    """Something is neither plain nor known not to change: the module has to be run."""


@dataclass(slots=True)
class _Recording:
    """One module that is being run for the first time.

    Attributes:
        reads: (module, attribute) that were read, in order.
        begun: What the objects among them held when they were first read.
        spoilt: It did something that its result does not show.
    """

    reads: dict[tuple[int, str], tuple[Any, str]] = field(default_factory=dict[tuple[int, str], tuple[Any, str]])
    begun: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])
    spoilt: bool = False


@dataclass(slots=True)
class _Entry:
    """What a module gave: its result, and the attributes that were read on the way, by the path to their module."""

    result: Any
    shapes: tuple[Any, ...]
    given: list[Any]
    settings: dict[tuple[str, str], Any]


class Memo:
    """Results of the modules of one run.

    Attributes:
        met: How often a module was met again.
        mode_read: Whether any module asked if it trains.
    """

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.met = 0
        self.mode_read = False
        self._entries: dict[Any, list[_Entry]] = {}
        self._frames: dict[int, Any] = {}
        self._recordings: list[_Recording] = []
        self._kept: list[Any] = []

    # -- one call ------------------------------------------------------------------------------------------------------
    def call(self, module: torch.nn.Module, args: Any, kwargs: Any, run: Callable[..., Any]) -> Any:
        """Return what `run(module, *args, **kwargs)` returns, run or remembered."""
        aliases: dict[int, int] = {}
        try:
            with self.tracer.quietly():
                key = self._frame_of(module), _signature((args, kwargs), aliases)
        except _Other:
            return run(module, *args, **kwargs)
        given = tensors_in((args, kwargs))
        for entry in self._entries.get(key, ()):
            if self._is_as(module, entry):
                self.met += 1
                self._replayed(module, entry)
                with self.tracer.quietly():
                    return _again(entry.result, dict(zip(map(id, entry.given), given, strict=True)))
        return self._first(module, args, kwargs, run, key, given)

    def _first(self, module: Any, args: Any, kwargs: Any, run: Callable[..., Any], key: Any, given: list[Any]) -> Any:
        recording = _Recording()
        before = self._happened()
        self._recordings.append(recording)
        try:
            result = run(module, *args, **kwargs)
        finally:
            self._recordings.pop()
        if before != self._happened() or any(_held(thing) != held for thing, held in recording.begun):
            recording.spoilt = True
        if self._recordings:
            outer = self._recordings[-1]
            outer.spoilt |= recording.spoilt
            outer.begun += recording.begun
            outer.reads |= recording.reads
        if recording.spoilt:
            return result
        try:
            with self.tracer.quietly():
                _signature(result, {})
                shapes = tuple(_shape(tensor) for tensor in tensors_in(result))
                settings = self._settings(module, recording)
        except _Other:
            return result
        # The entry holds copies of the result: what the caller does to its own in place is not seen here.
        with self.tracer.quietly():
            kept = _again(result, {id(tensor): tensor for tensor in given})
        self._entries.setdefault(key, []).append(_Entry(kept, shapes, given, settings))
        self._kept.append((args, kwargs))
        return result

    def _happened(self) -> tuple[int, ...]:
        """Return how often something happened that a result does not show: decisions, failures."""
        steering = self.tracer.steering
        asked, decided = sum(steering.asked.values()), sum(steering.decided.values())
        return len(steering.assumptions), asked, decided, len(self.tracer.trace.failures)

    def _replayed(self, module: Any, entry: _Entry) -> None:
        """Let modules around a remembered one know what it would have read."""
        if self._recordings:
            for path, name in entry.settings:
                inside = _within(module, path)
                self._recordings[-1].reads.setdefault((id(inside), name), (inside, name))

    # -- configurations ------------------------------------------------------------------------------------------------
    def _frame_of(self, module: torch.nn.Module) -> Any:
        """Return a module's classes, parameters and buffers, its children's included; equal for equal layers.

        Layers that are built by different lines are not equal: what fails later goes back to one of them.

        Raises:
            _Other: It has hooks, or parameters that have no shape yet.
        """
        known = self._frames.get(id(module))
        if known is not None:
            return known
        inside = vars(module)
        if any(inside.get(name) for name in _HOOKS) or "forward" in inside:
            raise _Other
        tensors = [*inside["_parameters"].items(), *inside["_buffers"].items()]
        children = inside["_modules"].items()
        built: Built | None = inside.get(BUILT)
        found = (
            type(module),
            built.frames[-1].span if built is not None and built.frames else None,
            inside.get("training"),
            tuple((name, None if tensor is None else _shape(tensor)) for name, tensor in tensors),
            tuple((name, None if child is None else self._frame_of(child)) for name, child in children),
        )
        self._frames[id(module)] = found
        return found

    def _settings(self, module: torch.nn.Module, recording: _Recording) -> dict[tuple[str, str], Any]:
        named = cast("Any", module).named_modules(remove_duplicate=False)
        paths = {id(child): path for path, child in reversed([*named])}
        found: dict[tuple[str, str], Any] = {}
        for owner, (held, name) in recording.reads.items():
            if owner[0] not in paths:
                raise _Other  # a module from elsewhere
            found[paths[owner[0]], name] = _setting(_attribute(held, name))
        return found

    def _is_as(self, module: torch.nn.Module, entry: _Entry) -> bool:
        """Return whether a module's attributes are those that were read of the one that was run."""
        try:
            return (
                all(
                    (inside := _within(module, path)) is not None and _same(_setting(_attribute(inside, name)), value)
                    for (path, name), value in entry.settings.items()
                )
                and tuple(_shape(tensor) for tensor in tensors_in(entry.result)) == entry.shapes
            )
        except _Other:
            return False

    # -- what is read and written --------------------------------------------------------------------------------------
    @contextmanager
    def watching(self) -> Generator[None]:
        """See which attributes of modules are read and set."""
        kind: Any = torch.nn.Module
        read, write = kind.__getattribute__, kind.__setattr__
        recordings = self._recordings

        def __getattribute__(module: Any, name: str) -> Any:
            if name == "training":
                self.mode_read = True
            elif recordings and name not in _UNSEEN:
                self._read(module, name)
            return read(module, name)

        def __setattr__(module: Any, name: str, value: Any) -> None:
            for recording in recordings:
                recording.spoilt = True
            write(module, name, value)

        kind.__getattribute__, kind.__setattr__ = __getattribute__, __setattr__
        try:
            yield
        finally:
            del kind.__getattribute__
            kind.__setattr__ = write

    def _read(self, module: Any, name: str) -> None:
        recording = self._recordings[-1]
        key = id(module), name
        inside = object.__getattribute__(module, "__dict__")
        if key in recording.reads or name not in inside:
            return
        recording.reads[key] = module, name
        value = inside[name]
        if not isinstance(value, (*_PLAIN, *_FIXED, torch.Tensor, torch.nn.Module)):
            recording.begun.append((value, _held(value)))


@contextmanager
def met_again(model: Any, tracer: Tracer) -> Generator[Memo | None]:
    """Let the modules of a deep model that are met again give what they gave; a small one is not worth the watching."""
    if not isinstance(model, torch.nn.Module) or sum(1 for _ in model.modules()) < DEEP:
        yield None
        return
    memo, kind = Memo(tracer), cast("Any", torch.nn.Module)
    was = kind.__call__

    def remembered(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        return memo.call(module, args, kwargs, was)

    kind.__call__ = remembered
    try:
        with memo.watching():
            yield memo
    finally:
        kind.__call__ = was


def _within(module: Any, path: str) -> Any:
    """Return the module that hangs at a path inside another, or None."""
    inside = module
    for name in path.split(".") if path else ():
        inside = None if inside is None else cast("Any", vars(inside))["_modules"].get(name)
    return inside


def _attribute(module: Any, name: str) -> Any:
    """Return a module's own attribute, or `_Other` where it has none of that name."""
    return cast("Any", vars(module)).get(name, _Other)


def _held(thing: Any) -> Any:
    """Return what an object holds, one level deep: lengths of containers, identities of attributes."""
    if isinstance(thing, (list, tuple, set, dict)):
        return len(cast("Any", thing)), tuple(map(id, cast("Any", thing)))
    inside: dict[str, Any] = getattr(thing, "__dict__", {})
    return {name: (id(value), _length(value)) for name, value in inside.items()}


def _length(value: Any) -> int:
    return len(cast("Any", value)) if isinstance(value, (list, dict, set)) else 0


def _setting(value: Any) -> Any:
    """Return an attribute's value as it is compared.

    Raises:
        _Other: It cannot be.
    """
    if value is _Other or isinstance(value, _PLAIN):
        return (type(value), value)
    if isinstance(value, torch.Tensor):
        return _signature(value, {})
    if isinstance(value, torch.nn.Module):
        return "module"  # its own attributes are compared where they are read
    if isinstance(value, (tuple, list)):
        return type(cast("Any", value)), tuple(_setting(item) for item in cast("list[Any]", value))
    if isinstance(value, dict):
        return tuple((key, _setting(item)) for key, item in cast("dict[Any, Any]", value).items())
    if isinstance(value, (set, frozenset)):
        return frozenset(cast("Any", value))
    return ("object", value)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        ours, theirs = cast("tuple[Any, ...]", left), cast("tuple[Any, ...]", right)
        if len(ours) == 2 and ours[0] == "object":
            return len(theirs) == 2 and theirs[0] == "object" and ours[1] is theirs[1]
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return bool(left == right)


# -- arguments and results -----------------------------------------------------------------------------------------
def _size(size: Any) -> Any:
    return cast("Any", size).node.expr if isinstance(size, torch.SymInt) else int(size)


def _shape(tensor: torch.Tensor) -> Any:
    """Return a tensor's sizes, strides and element type.

    Raises:
        _Other: It has none to compare.
    """
    if tensor.layout != torch.strided or torch.nn.parameter.is_lazy(tensor):
        raise _Other
    sizes, strides = tuple(tensor.shape), tuple(tensor.stride())
    if not all(type(size) is int for size in (*sizes, *strides)):
        sizes, strides = tuple(map(_size, sizes)), tuple(map(_size, strides))
    return sizes, strides, tensor.dtype, tensor.requires_grad, fact_of(tensor).device


def _signature(value: Any, aliases: dict[int, int]) -> Any:
    """Return nested arguments as a key: tensors by shape, and by which of them are one and the same.

    Raises:
        _Other: There is more in it than tensors and plain values.
    """
    if isinstance(value, torch.Tensor):
        fact = fact_of(value)
        reach = vars(value).get("_axiswise_reach") or fact.bounds
        seen = aliases.setdefault(id(value), len(aliases))
        known = None if fact.value is None else _content(fact.value)
        return _shape(value), seen, known, None if reach is None else tuple(map(_size, reach))
    if isinstance(value, (torch.SymInt, torch.SymFloat, torch.SymBool)):
        return cast("Any", value).node.expr
    if isinstance(value, _PLAIN):
        return type(value), value
    if type(value) in (tuple, list, torch.Size):
        return type(value), tuple(_signature(item, aliases) for item in value)
    if type(value) is dict:
        items = cast("dict[Any, Any]", value).items()
        return tuple((str(key), _signature(item, aliases)) for key, item in items)
    raise _Other


def _content(value: torch.Tensor) -> int:
    """Return a number that is the same for equal values."""
    with unset_fake_temporarily():
        return hash((tuple(value.shape), value.dtype, value.contiguous().flatten().view(torch.uint8).numpy().tobytes()))


def _again(value: Any, given: dict[int, torch.Tensor]) -> Any:
    """Return a result once more: its own tensors, except the arguments that it hands back."""
    if isinstance(value, torch.Tensor):
        found = given.get(id(value))
        if found is not None:
            return found
        made = value.view_as(value) if value.requires_grad else value.detach()
        vars(made).update({name: held for name, held in vars(value).items() if name.startswith("_axiswise")})
        return made
    if type(value) in (tuple, list):
        return type(value)(_again(item, given) for item in value)
    if type(value) is dict:
        return {key: _again(item, given) for key, item in cast("dict[Any, Any]", value).items()}
    return value
