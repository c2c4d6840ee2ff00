"""What a module is given: tensors by their axes, in the words of jaxtyping's grammar (`Float[batch time 512]`)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, cast

KINDS = {"Float": "float32", "Int": "int64", "Bool": "bool", "Complex": "complex64"}
"""jaxtyping's words for the kinds of elements, and the element type that is run."""


class Counted(str):
    """`N` behind a batch of another name (`B, N, C`): a number of things, where elsewhere it is the batch."""

    __slots__ = ()


def is_of_batch(name: str) -> bool:
    """Return whether a name is one for a batch."""
    word = name.lower()
    if isinstance(name, Counted):
        return False
    return word in ("batch", "b", "bs", "n", "bsz", "batch_size") or word.endswith("_batch_size")


def is_counted(name: str, before: Iterable[str]) -> bool:
    """Return whether an axis is no batch in spite of its name: one of another name stands before it."""
    return name.lower() == "n" and any(is_of_batch(other) and other != name for other in before)


@dataclass(frozen=True, slots=True)
class AxisSpec:
    """One axis of an input.

    Attributes:
        name: What it is called; axes of one name have one size. Empty where the model asks for just this number.
        size: The size it is run at.
    """

    name: str
    size: int

    @property
    def is_batch(self) -> bool:
        """Whether it is called a batch."""
        return is_of_batch(self.name)

    @property
    def is_width(self) -> bool:
        """Whether it is one that models are built for: a number of theirs, or called features, channels."""
        return self.name.lower() in ("", "features", "channels", "channel", "num_channels", "c", "d", "dim", "mels")

    @property
    def is_side(self) -> bool:
        """Whether it is a height or a width of an image."""
        return self.name.lower() in ("height", "width", "h", "w")

    def __str__(self) -> str:
        return self.name or str(self.size)


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One tensor that a module is given.

    Attributes:
        kind: One of `KINDS`.
        axes: Its axes, 0 first.
        highest: The largest value in it, where it holds indices; None where values do not matter.
        told: Whether a text names its axes, and not only their usual order.
    """

    kind: str
    axes: tuple[AxisSpec, ...]
    highest: int | None = None
    told: bool = False

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if any(is_counted(name, names[:at]) for at, name in enumerate(names)):
            alike = (Counted(name) if is_counted(name, names[:at]) else name for at, name in enumerate(names))
            axes = tuple(replace(axis, name=name) for axis, name in zip(self.axes, alike, strict=True))
            object.__setattr__(self, "axes", axes)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.size for axis in self.axes)

    def resized(self, sizes: Mapping[str, int]) -> TensorSpec:
        """Return the same tensor with other sizes of the named axes."""
        axes = tuple(replace(axis, size=sizes.get(axis.name, axis.size)) for axis in self.axes)
        return replace(self, axes=axes)

    def renamed(self, names: Mapping[str, str]) -> TensorSpec:
        """Return the same tensor with other names of its axes."""
        return replace(self, axes=tuple(replace(axis, name=names.get(axis.name, axis.name)) for axis in self.axes))

    def __str__(self) -> str:
        return f"{self.kind}[{' '.join(map(str, self.axes))}]"


@dataclass(frozen=True, slots=True)
class Record:
    """An object with fields that hold tensors.

    Attributes:
        cls: Its class, made with all fields by name.
        fields: What the fields hold, as `CallSpec.arguments`.
    """

    cls: Any
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallSpec:
    """The arguments of one call of a module.

    Attributes:
        arguments: By parameter name. A value is a `TensorSpec`, a tuple, list, dict or `Record` of such, or a plain
            value.
        form: What sets this call apart from the module's others (`with mask`); empty for the only one.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    form: str = ""

    def tensors(self) -> Iterator[tuple[str, TensorSpec]]:
        """Yield the tensors with the paths they stand at (`x`, `batch['mask']`, `state[0]`)."""
        for name, value in self.arguments.items():
            yield from _tensors(name, value)

    def sizes(self) -> dict[str, int]:
        """Return the sizes of the named axes, in order of their first mention."""
        return {axis.name: axis.size for _, spec in self.tensors() for axis in spec.axes if axis.name}

    def resized(self, sizes: Mapping[str, int]) -> CallSpec:
        """Return the same call with other sizes of the named axes."""
        return replace(self, arguments=self.made(lambda spec: spec.resized(sizes)))

    def renamed(self, names: Mapping[str, str]) -> CallSpec:
        """Return the same call with other names of its axes."""
        return replace(self, arguments=self.made(lambda spec: spec.renamed(names)))

    def numbered(self, numbers: Mapping[str, int]) -> CallSpec:
        """Return the same call with numbers in the place of some names: axes that can have no other size."""

        def numbered(spec: TensorSpec) -> TensorSpec:
            axes = (AxisSpec("", numbers[axis.name]) if axis.name in numbers else axis for axis in spec.axes)
            return replace(spec, axes=tuple(axes))

        return replace(self, arguments=self.made(numbered))

    def made(self, make: Callable[[TensorSpec], Any]) -> dict[str, Any]:
        """Return the arguments with `make(spec)` in the place of every tensor."""
        return {name: _mapped(value, make) for name, value in self.arguments.items()}

    def told(self) -> dict[str, str]:
        """Return the tensors as they are told to the user, by path."""
        return {path: str(spec) for path, spec in self.tensors()}


def parameter_of(path: str) -> str:
    """Return the parameter of `forward` that the path of a tensor begins with (`batch` of `batch['mask']`)."""
    return path.partition("[")[0].partition(".")[0]


def _tensors(path: str, value: Any) -> Iterator[tuple[str, TensorSpec]]:
    if isinstance(value, TensorSpec):
        yield path, value
    elif isinstance(value, Record):
        for field_name, item in value.fields.items():
            yield from _tensors(f"{path}.{field_name}", item)
    elif isinstance(value, dict):
        for key, item in cast("dict[Any, Any]", value).items():
            yield from _tensors(f"{path}[{key!r}]", item)
    elif isinstance(value, (tuple, list)):
        for position, item in enumerate(cast("list[Any]", value)):
            yield from _tensors(f"{path}[{position}]", item)


def _mapped(value: Any, make: Callable[[TensorSpec], Any]) -> Any:
    if isinstance(value, TensorSpec):
        return make(value)
    if isinstance(value, Record):
        return replace(value, fields=_mapped(dict(value.fields), make))
    if isinstance(value, dict):
        return {key: _mapped(item, make) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (tuple, list)):
        items = [_mapped(item, make) for item in cast("list[Any]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value


def opened(value: Any) -> Any:
    """Return a value with every record in it as the object that it stands for."""
    if isinstance(value, Record):
        return value.cls(**{name: opened(item) for name, item in value.fields.items()})
    if isinstance(value, dict):
        return {key: opened(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (tuple, list)):
        items = [opened(item) for item in cast("list[Any]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value


def to_wire(call: CallSpec) -> dict[str, Any]:
    """Return a call as JSON values."""
    return {"form": call.form, "arguments": {name: _sent(value) for name, value in call.arguments.items()}}


def from_wire(sent: Mapping[str, Any]) -> CallSpec:
    """Return the call that was sent.

    Raises:
        KeyError, TypeError: The value is not one that `to_wire` made.
        ImportError, AttributeError: The class of a record is not there any more.
    """
    return CallSpec({name: _received(value) for name, value in sent["arguments"].items()}, sent["form"])


def _sent(value: Any) -> Any:
    if isinstance(value, TensorSpec):
        axes = [[axis.name, axis.size] for axis in value.axes]
        return {"tensor": value.kind, "axes": axes, "highest": value.highest, "told": value.told}
    if isinstance(value, Record):
        place = f"{value.cls.__module__}:{value.cls.__qualname__}"
        return {"record": place, "fields": {name: _sent(item) for name, item in value.fields.items()}}
    if isinstance(value, dict):
        return {"items": [[key, _sent(item)] for key, item in cast("dict[Any, Any]", value).items()]}
    if isinstance(value, (tuple, list)):
        return {"listed": [_sent(item) for item in cast("list[Any]", value)], "tuple": isinstance(value, tuple)}
    return {"plain": value}


def _received(sent: Mapping[str, Any]) -> Any:
    if "tensor" in sent:
        return TensorSpec(
            sent["tensor"], tuple(AxisSpec(*axis) for axis in sent["axes"]), sent["highest"], sent["told"]
        )
    if "record" in sent:
        module, _, name = sent["record"].partition(":")
        cls = attrgetter(name)(importlib.import_module(module))
        return Record(cls, {name: _received(item) for name, item in sent["fields"].items()})
    if "items" in sent:
        return {key: _received(item) for key, item in sent["items"]}
    if "listed" in sent:
        items = [_received(item) for item in sent["listed"]]
        return tuple(items) if sent["tuple"] else items
    return sent["plain"]
