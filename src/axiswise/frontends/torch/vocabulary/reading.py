"""From a torch call to the field's word for it: op, operands by role, parameters by name.

A family module of this package holds `READERS`, keyed by the names that `torch.overrides.resolve_name` gives, and, for
layers that check shapes in Python before any op runs, `LAYERS`, keyed by class. Most entries are one line: `reads`
takes the op word, a signature, and torch's names for it.

Signatures are written as `axiswise.frontends.signature` says. Whether an argument is an operand or a parameter is
decided by what is given: tensors are operands, everything else is a parameter.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, cast

import torch
from torch.overrides import resolve_name  # pyright: ignore[reportUnknownVariableType]

from axiswise.frontends.signature import bind


@dataclass(slots=True)
class Reading:
    """A torch call in the vocabulary of `axiswise.ops`.

    Attributes:
        op: The op word.
        operands: Tensors by role, in the order of the signature; lists as `tensors.0`, `tensors.1`.
        params: Everything else by name, values as they were given (sizes keep their origin).
    """

    op: str
    operands: dict[str, Any] = field(default_factory=dict[str, Any])
    params: dict[str, Any] = field(default_factory=dict[str, Any])

    def put(self, name: str, value: object) -> None:
        """File a value under a name: tensors and lists of tensors as operands, anything else as a parameter."""
        if isinstance(value, torch.Tensor):
            self.operands[name] = value
        elif _is_tensors(value):
            for position, tensor in enumerate(cast("Sequence[object]", value)):
                self.operands[f"{name}.{position}"] = tensor
        else:
            self.params[name] = value


SETTINGS = frozenset(
    "dim dim0 dim1 dims source destination pad split_size repeats k shape size output_size shifts offset n".split()
)
"""Names under which numbers are asked for, never data: torch takes a tensor of one whole number for one."""


def settle(reading: Reading, item: Callable[[Any], Any]) -> None:
    """File the numbers among a reading's settings that were given as tensors where numbers stand.

    Args:
        reading: A call as it was read.
        item: Returns the number that a tensor of one element stands for.
    """
    given: dict[str, list[str]] = {}
    for role, tensor in reading.operands.items():
        if tensor.dim() == 0 and role.partition(".")[0] in SETTINGS:
            given.setdefault(role.partition(".")[0], []).append(role)
    for name, roles in given.items():
        numbers = [item(reading.operands.pop(role)) for role in roles]
        reading.params[name] = tuple(numbers) if roles != [name] else numbers[0]
    for name, value in reading.params.items():
        if name in SETTINGS and type(value) in (tuple, list) and any(isinstance(each, torch.Tensor) for each in value):
            reading.params[name] = tuple(item(each) if isinstance(each, torch.Tensor) else each for each in value)


Reader = Callable[[Sequence[Any], Mapping[str, Any]], Reading | None]
LayerReader = Callable[[Any, Sequence[Any], Mapping[str, Any]], Reading | None]


def _is_tensors(value: object) -> bool:
    if not isinstance(value, (list, tuple)) or isinstance(value, torch.Size) or not value:
        return False
    return all(isinstance(item, torch.Tensor) for item in cast("Sequence[object]", value))


def reader(op: str, text: str, **fixed: Any) -> Reader:
    """Return a reader for one signature; `fixed` are parameters that the function's name implies."""

    def read(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        if bound is None:
            return None
        reading = Reading(op, params=dict(fixed))
        for name, value in bound.items():
            reading.put(name, value)
        return reading

    return read


def first_of(*readers: Reader) -> Reader:
    """Return a reader that tries several, for functions with several signatures."""

    def read(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        return next((reading for each in readers if (reading := each(args, kwargs)) is not None), None)

    return read


def inplace(read: Reader) -> Reader:
    """Return the reader of a function's in-place form: the same with `params["inplace"]`."""

    def read_inplace(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        reading = read(args, kwargs)
        if reading is not None:
            reading.params["inplace"] = True
        return reading

    return read_inplace


def named(names: str, read: Reader) -> dict[str, Reader]:
    """Return table entries for torch's names of a function, separated by blanks.

    A bare word (`matmul`) stands for the function, the method and their in-place forms, in `torch`, `torch.Tensor`,
    `torch.functional` and `torch.nn.functional`. A dotted name (`Tensor.__matmul__`, `linalg.matmul`) stands for
    itself.
    """
    found: dict[str, Reader] = {}
    for name in names.split():
        if "." in name:
            word = name.rpartition(".")[2]
            changes = (word.endswith("_") and not word.endswith("__")) or word in _INPLACE_OPERATORS
            found[f"torch.{name}"] = inplace(read) if changes else read
            continue
        for place in ("torch", "torch.Tensor", "torch.functional", "torch.nn.functional"):
            found[f"{place}.{name}"] = read
            found[f"{place}.{name}_"] = inplace(read)
    return found


_OPERATORS = ("add", "sub", "mul", "div", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
_INPLACE_OPERATORS = frozenset(f"__i{word}__" for word in _OPERATORS)


def reads(op: str, text: str, names: str = "", **fixed: Any) -> dict[str, Reader]:
    """Return table entries for one op word, one signature, and torch's names for it (default: the op word)."""
    return named(names or op, reader(op, text, **fixed))


def table(*entries: Mapping[str, Reader]) -> dict[str, Reader]:
    """Join table entries; a name given twice is a mistake."""
    found: dict[str, Reader] = {}
    for entry in entries:
        _merge(found, entry)
    return found


def _merge(into: dict[Any, Any], more: Mapping[Any, Any]) -> None:
    for key, value in more.items():
        if key in into:
            raise ValueError(f"two readers for {key}")
        into[key] = value


def _families() -> Iterable[Any]:
    package = importlib.import_module("axiswise.frontends.torch.vocabulary")
    for module in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{module.name}")


@cache
def readers() -> dict[str, Reader]:
    """Return every reader by torch's name, from all family modules."""
    found: dict[str, Reader] = {}
    for family in _families():
        _merge(found, getattr(family, "READERS", {}))
    return found


@cache
def layers() -> dict[type, LayerReader]:
    """Return every layer reader by class, from all family modules."""
    found: dict[type, LayerReader] = {}
    for family in _families():
        _merge(found, getattr(family, "LAYERS", {}))
    return found


@lru_cache(maxsize=4096)
def name_of(func: Any) -> str:
    """Return torch's public name of a function (`torch.Tensor.view`), or the one that it gives itself.

    Property getters end in `.__get__` (`torch.Tensor.T.__get__`).
    """
    known = resolve_name(func)
    word: str = getattr(func, "__name__", type(func).__name__)
    if known is not None:
        # Of two names for one function (`torch.mm`, `torch.spmm`) the function's own is the one people write.
        return f"torch.{word}" if getattr(torch, word, None) is func else known
    owner = getattr(func, "__self__", None)
    if word in ("__get__", "__set__") and owner is not None:
        return f"torch.Tensor.{getattr(owner, '__name__', '')}.{word}"
    objclass = getattr(func, "__objclass__", None)
    if objclass is not None and issubclass(torch.Tensor, objclass):
        return f"torch.Tensor.{word}"
    module: str = getattr(func, "__module__", None) or "torch"
    places = {"torch._C._nn": "torch.nn.functional", "torch._VF": "torch", "torch._C": "torch"}
    return f"{places.get(module, module)}.{word}"


def read_call(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> Reading | None:
    """Read a call as a TorchFunctionMode receives it, or None where the vocabulary has no word for it."""
    read = readers().get(name_of(func))
    return read(args, kwargs or {}) if read is not None else None


def read_layer(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> Reading | None:
    """Read the call of a layer that checks shapes in Python, so that the whole layer is one call.

    A subclass with a forward of its own is the user's code, not this layer: None.
    """
    for kind in type(module).__mro__:
        read = layers().get(kind)
        if read is not None:
            own = cast("Any", type(module)).forward is cast("Any", kind).forward
            return read(module, args, kwargs or {}) if own else None
    return None
