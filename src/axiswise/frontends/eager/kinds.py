"""What a framework calls an array: how its shape is read, and how one of a given shape is made."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from axiswise.facts import Shape, TensorRef, is_series
from axiswise.origin import AnySize

ADAPTED = ("numpy", "torch", "tensorflow", "keras", "jax", "jaxlib")
"""Packages whose arrays are known."""

OpenShape = tuple[int | None, ...]
"""A shape as a framework gives it: None where an axis is left open."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One framework's arrays.

    Attributes:
        name: Word before a method's name in the vocabulary (`ndarray`, `Tensor`).
        classes: The classes whose instances it speaks for.
        shape: Returns an array's shape; None where its rank is not known.
        dtype: Returns its element type as `float32`, `int64`, ...
        made: Returns a new array of a shape and an element type, in the likeness of another.
        sized: Returns a shape as the framework gives it, from sizes that know their axis.
    """

    name: str
    classes: tuple[type, ...]
    shape: Callable[[Any], OpenShape | None]
    dtype: Callable[[Any], str]
    made: Callable[[OpenShape, str, Any], Any]
    sized: Callable[[Any, tuple[Any, ...]], Any] = lambda shape, sizes: sizes


@dataclass(frozen=True, slots=True)
class Laid:
    """An array whose axes the vocabulary wants in another order than the framework has them.

    Attributes:
        array: The array.
        order: Which of its axes each wanted axis is.
    """

    array: Any
    order: tuple[int, ...]


@dataclass(slots=True)
class Fact:
    """What is known of an array beside its shape: identity within the trace, and names of axes by position."""

    id: int
    axes: dict[int, str] = field(default_factory=dict[int, str])
    parameter: str = ""


class Arrays:
    """The arrays of one run, of every kind that the program has loaded."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.open: frozenset[int] = frozenset()  # lengths that at the moment only stand for an axis left open
        self._by_class: dict[type, Kind | None] = {}
        self._facts: dict[int, tuple[Callable[[], Any], Fact]] = {}
        self._ids = count(1)

    def add(self, kind: Kind) -> None:
        """Know one more kind."""
        self.kinds.append(kind)
        self._by_class.clear()

    def kind_of(self, value: Any) -> Kind | None:
        """Return the kind of an array, or None for anything else and for arrays of unknown rank."""
        own: type = cast("Any", type(value))
        if own not in self._by_class:
            self._by_class[own] = next((kind for kind in self.kinds if issubclass(own, kind.classes)), None)
        kind = self._by_class[own]
        return kind if kind is not None and kind.shape(value) is not None else None

    def among(self, value: Any) -> Iterator[Any]:
        """Yield the arrays of nested arguments or results, in order."""
        if self.kind_of(value) is not None:
            yield value
        elif isinstance(value, Mapping):
            for item in cast("Mapping[Any, Any]", value).values():
                yield from self.among(item)
        elif is_series(value):
            for item in value:
                yield from self.among(item)

    def known(self, value: Any) -> Fact | None:
        """Return what is known of an array, or None where it has not been met."""
        known = self._facts.get(id(value))
        return known[1] if known is not None and known[0]() is value else None

    def fact_of(self, value: Any) -> Fact:
        """Return what is known of an array, begun if nothing is."""
        return self.known(value) or self.renewed(value)

    def renewed(self, value: Any) -> Fact:
        """Begin an array's facts anew: it now holds the result of another call."""
        fact = Fact(next(self._ids))
        try:
            alive: Callable[[], Any] = weakref.ref(value)
        except TypeError:  # a class without weak references is kept alive, so that its id stays its own
            alive = _Kept(value)
        self._facts[id(value)] = (alive, fact)
        return fact

    def shape_of(self, value: Any) -> Shape:
        """Return an array's shape, its open axes as `AnySize`."""
        kind = self.kind_of(value)
        shape = kind.shape(value) if kind is not None else None
        return tuple(AnySize() if self._is_open(size) else cast("int", size) for size in shape or ())

    def _is_open(self, size: object) -> bool:
        """Return whether a size is left open: not given, a letter of a tracer's, or a number put in its place."""
        return not isinstance(size, int) or size in self.open

    def identity(self) -> int:
        """Return an identity for a tensor that is not an array of the program's: a weight in another layout."""
        return next(self._ids)

    def ref_of(self, value: Any) -> TensorRef:
        """Return an array as an operand."""
        kind, fact = self.kind_of(value), self.fact_of(value)
        dtype = kind.dtype(value) if kind is not None else ""
        library = type(value).__module__.partition(".")[0]
        if kind is not None and library not in ADAPTED:  # a subclass of the user's own
            library = kind.classes[0].__module__.partition(".")[0]
        return TensorRef(fact.id, self.shape_of(value), dtype, "cpu", fact.parameter, fact.axes, library=library)


class _Kept:
    """Holds on to a value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return self.value
