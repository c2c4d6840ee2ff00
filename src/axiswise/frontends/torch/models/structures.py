"""Arguments of `forward` that are not one tensor: dicts, lists, tuples and records of tensors, and plain values.

The annotation says which; else what `forward` does with the parameter: a tensor has no keys, and no field `pixels`.
What a tensor can be used as too (`feats[0]`, `a, b = x`) is tried beside the tensor.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import torch

from axiswise.frontends.torch.models.choosing import resolved
from axiswise.frontends.torch.models.ideas import axis
from axiswise.frontends.torch.models.lexicon import meaning, number
from axiswise.frontends.torch.models.specs import CallSpec, Record, TensorSpec
from axiswise.frontends.torch.models.standing_in import FUNCTIONS
from axiswise.frontends.torch.models.states import states_of
from axiswise.source.usage import Usage, item_targets_of, targets_of, usage

Thought = Callable[[str], Sequence[TensorSpec]]

MOST_WAYS = 4
"""Ideas of the items that are tried for one structure."""

DEEPEST = 3
"""Structures within structures."""

LARGEST = 16
"""A plain number is no larger: an axis may have to be its product with another."""

_RESHAPING = ("view", "reshape", "range", "rearrange", "repeat", "expand", "unflatten", "arange", "zeros", "ones")
_NO_FIELDS = frozenset({"get", "items", "keys", "values", "pop", "append", "copy", "update"})


class Structures:
    """What the parameters of one function may be beside single tensors.

    Args:
        function: The function, or the `forward` of a module.
        tree: Its syntax tree; None where its source is not at hand.
        thought: Ideas of a tensor, by name.
        lists: Lengths of the lists of layers that the module holds: a list of inputs has an item for each.
    """

    def __init__(
        self, function: Any, tree: ast.FunctionDef | ast.AsyncFunctionDef | None, thought: Thought, lists: Sequence[int]
    ) -> None:
        self.function = function
        self.tree = tree
        self.thought = thought
        self.lists = lists
        self.space: Mapping[str, Any] = getattr(inspect.unwrap(function), "__globals__", {})

    def of(self, name: str) -> list[Any]:
        """Return what a parameter may be given, the likeliest first."""
        parameter = inspect.signature(self.function).parameters.get(name)
        annotation = parameter.annotation if parameter is not None else inspect.Parameter.empty
        if self.tree is None:
            return self._annotated(name, resolved(annotation, self.space), Usage(), 0)
        axes = (each for spec in self.thought(name) for each in spec.axes if each.is_batch)
        owner = getattr(self.function, "__self__", None)
        states = states_of(owner, self.tree, name, next(axes, axis("batch")))
        return [*states, *self._annotated(name, resolved(annotation, self.space), usage(self.tree, name), 0)]

    # -- by annotation -------------------------------------------------------------------------------------------------
    def _annotated(self, name: str, kind: Any, used: Usage, depth: int) -> list[Any]:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if depth > DEEPEST:
            return list(self.thought(name))
        if origin in (typing.Union, types.UnionType):
            found = [
                way for each in inner if each is not type(None) for way in self._annotated(name, each, used, depth)
            ]
            return [*found, None] if type(None) in inner else found
        if origin is typing.Annotated:
            return self._annotated(name, inner[0], used, depth)
        if origin is typing.Literal:
            return list(inner)
        if kind in (bool, int, float, str) or (isinstance(kind, type) and issubclass(kind, enum.Enum)):
            return self._plain(name, kind, used)
        if origin is dict or kind is dict:
            return self._dicts(used, inner[1] if len(inner) == 2 else None, depth) or [{}, *self.thought(name)]
        if origin is tuple and inner and Ellipsis not in inner:
            names = self._names(name, used, len(inner))
            return self._ways(
                tuple, [self._annotated(each, one, Usage(), depth + 1) for each, one in zip(names, inner, strict=True)]
            )
        if origin in (list, tuple, Sequence) or kind in (list, tuple):
            item = inner[0] if inner else None
            return self._listed(name, tuple if tuple in (origin, kind) else list, item, used, depth)
        if isinstance(kind, type) and (fields := _fields(kind)):
            made = [
                self._annotated(each, resolved(one, self.space), Usage(), depth + 1) for each, one in fields.items()
            ]
            return [Record(kind, dict(zip(fields, way, strict=True))) for way in self._ways(tuple, made)]
        if isinstance(kind, type) and issubclass(kind, torch.Tensor):
            return list(self.thought(name))
        return self._used(name, used, depth)

    def _plain(self, name: str, kind: Any, used: Usage) -> list[Any]:
        if kind is bool:
            return [False, True]
        if issubclass(kind, enum.Enum):
            return list(kind)
        compared = [each for each in used.compared if type(each) is kind]
        if kind is str:
            return [*compared, *([] if compared else [""])]
        return [*compared, kind(usual_number(name))]

    # -- by use --------------------------------------------------------------------------------------------------------
    def _used(self, name: str, used: Usage, depth: int) -> list[Any]:
        """Return what may be given for a parameter that is not annotated."""
        tensors: list[Any] = list(self.thought(name))
        fields = used.attributes - _OF_TENSORS - _NO_FIELDS
        if used.called and not used.attributes:
            return [Record(each, {}) for each in FUNCTIONS]
        if used.keys:
            return [*self._dicts(used, None, depth), *tensors]
        if fields:
            names = sorted((used.attributes - _NO_FIELDS) - _METHODS)
            made = [self._annotated(each, inspect.Parameter.empty, Usage(), depth + 1) for each in names]
            return [
                *(Record(types.SimpleNamespace, dict(zip(names, way, strict=True))) for way in self._ways(tuple, made)),
                *tensors,
            ]
        if used.attributes or used.gridded:
            return tensors
        if used.compared and not used.iterated:
            texts: list[Any] = [each for each in used.compared if isinstance(each, str)]
            whole: list[Any] = [each for each in used.compared if isinstance(each, int)]
            if texts:
                return [*texts, *tensors]
            if whole and not used.given:
                return [*whole, *tensors]
        if (used.tested and not used.given and not used.iterated) or meaning(name) == "flag":
            return [False, *tensors]
        if any(callee.rpartition(".")[2] in _RESHAPING for callee, _ in used.given) and not _is_data(name, used):
            return [usual_number(name), *tensors]
        if used.parts or used.length or used.iterated:
            first = next((each for each in tensors if each.axes), None)
            is_axis = used.parts and first is not None and first.axes[0].size == used.parts
            listed = self._listed(name, tuple if used.parts else list, None, used, depth)
            is_several = used.parts or (name.endswith("s") and not name.endswith("ids"))  # ids are one tensor of them
            return [*listed, *tensors] if is_several and not is_axis else [*tensors, *listed]
        return tensors

    def _dicts(self, used: Usage, item: Any, depth: int) -> list[Any]:
        keys = sorted(used.keys)
        made = [self._annotated(key, item, Usage(), depth + 1) for key in keys]
        return [dict(zip(keys, way, strict=True)) for way in self._ways(tuple, made)] if keys else []

    def _listed(self, name: str, kind: Any, item: Any, used: Usage, depth: int) -> list[Any]:
        names = self._names(name, used, used.parts or used.length or next(iter(self.lists), 0) or 2)
        parts = item_targets_of(self.tree, name) if self.tree is not None and item is None else []
        if parts:
            made = [self._annotated(each, None, Usage(), depth + 1) for each in parts]
            return self._ways(kind, [self._ways(tuple, made)] * len(names))
        items = [self._annotated(each, item, Usage(), depth + 1) for each in names]
        alone = [[unbatched(way) if isinstance(way, TensorSpec) else way for way in ways[:1]] for ways in items]
        return [*self._ways(kind, items), *(self._ways(kind, alone) if alone != [ways[:1] for ways in items] else ())]

    def _names(self, name: str, used: Usage, length: int) -> list[str]:
        """Return what the items of a list are called: by the names they are unpacked into, else by the list's."""
        targets = targets_of(self.tree, name) if self.tree is not None and used.parts == length else []
        return targets or [name.removesuffix("s")] * length

    def _ways(self, kind: Any, items: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the structures with each item's first idea, then its second, and so on."""
        most = min(MOST_WAYS, max((len(each) for each in items), default=0))
        return [kind(each[min(at, len(each) - 1)] for each in items) for at in range(most)] if all(items) else []


_OF_TENSORS = frozenset(dir(torch.Tensor))
_METHODS = frozenset({"shape", "size", "device", "dtype", "to"})


def unbatched(spec: TensorSpec) -> TensorSpec:
    """Return a tensor without the axis of the batch: a list of them is one; tensors of two axes stay as they are."""
    return replace(spec, axes=spec.axes[1:]) if len(spec.axes) > 2 and spec.axes[0].name == "batch" else spec


def holds(value: Any) -> bool:
    """Return whether a value is data: a tensor, what holds tensors or numbers, or a number that is no flag."""
    return type(value) in (int, float, list, dict) or any(CallSpec({"": value}).tensors())


def plain_values(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the arguments that are plain values or functions, by path, as they are told: they were chosen."""
    for name, value in arguments.items():
        if isinstance(value, (bool, int, float, str)):
            yield name, repr(value)
        elif isinstance(value, Record) and value.cls in FUNCTIONS:
            yield name, value.cls.said


def usual_number(name: str) -> int | float:
    """Return a number that would do for an argument of a name: a small one, and windows go into sides."""
    if meaning(name) in ("window", "patch"):
        return 2
    found = number(name, {})
    if name in ("h", "w", "H", "W") or meaning(name) == "image":
        return 4
    return found if found is not None and not isinstance(found, bool) and 0 < found <= LARGEST else 4


def _is_data(name: str, used: Usage) -> bool:
    """Return whether a parameter is more than a number: it stands first in a function that reshapes."""
    return any(
        place == 0 and callee.rpartition(".")[0] in ("", "einops", "torch", "F")
        for callee, place in used.given
        if callee.rpartition(".")[2] in ("rearrange", "repeat", "reduce")
    )


def _fields(kind: type[Any]) -> dict[str, Any]:
    """Return the fields that an object of a class has to be given, with their annotations; empty for other classes."""
    if dataclasses.is_dataclass(kind):
        return {
            each.name: each.type
            for each in dataclasses.fields(kind)
            if each.init and each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        }
    made: Any = kind
    if tuple in kind.__mro__ and hasattr(made, "_fields"):
        hints = cast("dict[str, Any]", getattr(made, "__annotations__", {}))
        return {each: hints.get(each, inspect.Parameter.empty) for each in made._fields}
    return {}
