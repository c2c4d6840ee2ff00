"""Whole numbers that remember where they came from.

A `Size` is an ordinary `int` to every library, and carries an `Origin`: the literal it was written as, the axis it
was read off, or the arithmetic that made it. Frontends put Sizes in the place of integer literals and of `x.shape[i]`,
so that `d_model // heads` still knows its two halves when a layer is built from it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

LARGEST_TREE = 48
"""Origins with more nodes than this become a leaf: a counter's history explains nothing."""

MOST_IN_ONE_PLACE = 50_000
"""Results of one operator in one place that are followed: what is computed more often is data, and no size."""

_times: dict[tuple[CodeType, int], int] = {}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a source file: lines from 1, columns from 0 in characters, the end excluded."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Origin:
    """How a number came about.

    Attributes:
        kind: `literal` (written in the source), `axis` (read off a tensor), `call` (returned by a call such as `len`),
            `guess` (chosen for the user, who gave none), `unknown`, or an operator: `+ - * // % **`.
        value: The number itself.
        span: The literal or the call in the source, where there is one.
        parts: Operands of an operator, left first.
        tensor: For `axis`: the tensor's id in the trace.
        axis: For `axis`: the position.
        nodes: Size of the tree.
        name: For `guess`: the parameter it was chosen for (`d_model`, `config.n_embd`).
    """

    kind: str
    value: float
    span: Span | None = None
    parts: tuple[Origin, ...] = ()
    tensor: int = -1
    axis: int = -1
    nodes: int = 1
    name: str = ""

    def literals(self) -> tuple[Origin, ...]:
        """Return the literals it is made of, left first."""
        if self.kind == "literal":
            return (self,)
        return tuple(leaf for part in self.parts for leaf in part.literals())

    def axes(self) -> tuple[Origin, ...]:
        """Return the tensor axes it is made of, left first."""
        if self.kind == "axis":
            return (self,)
        return tuple(leaf for part in self.parts for leaf in part.axes())

    def guesses(self) -> tuple[Origin, ...]:
        """Return the guesses it is made of, left first."""
        if self.kind == "guess":
            return (self,)
        return tuple(leaf for part in self.parts for leaf in part.guesses())


def origin_of(number: object) -> Origin | None:
    """Return a number's origin, or None for a plain number."""
    return number.origin if isinstance(number, (Size, Ratio)) else None


def _combined(kind: str, value: float, left: Any, right: Any) -> Origin:
    parts = tuple(origin_of(side) or Origin("unknown", float(side)) for side in (left, right))
    nodes = 1 + sum(part.nodes for part in parts)
    return Origin(kind, value, parts=parts, nodes=nodes) if nodes <= LARGEST_TREE else Origin("unknown", value)


def _operator(kind: str, name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    on_int, on_float = getattr(int, name), getattr(float, name)
    reflected = name.startswith("__r")

    def of_size(self: Size, other: object) -> Any:
        if isinstance(other, float):
            result: Any = on_float(float(self), other)
        else:
            result = on_int(self, other)
        return _kept(kind, result, self, other, reflected)

    def of_ratio(self: Ratio, other: object) -> Any:
        return _kept(kind, on_float(self, other), self, other, reflected)

    return of_size, of_ratio


def _kept(kind: str, result: Any, self: object, other: object, reflected: bool) -> Any:
    if result is NotImplemented or isinstance(result, complex):
        return result
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    place = frame.f_code, frame.f_lasti
    times = _times[place] = _times.get(place, 0) + 1
    if times > MOST_IN_ONE_PLACE:
        return result
    left, right = (other, self) if reflected else (self, other)
    origin = _combined(kind, result, left, right)
    return Ratio(result, origin) if isinstance(result, float) else Size(result, origin)


def _plain(value: object) -> object:
    if isinstance(value, bool) or hasattr(value, "dtype"):
        return value
    return float(value) if isinstance(value, float) else int(value) if isinstance(value, int) else value


def as_plain_numbers(self: object, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
    """Calculate with NumPy's arrays as a number of Python's own does, which leaves them their element type.

    Source: NEP 50: Python's int and float are weak, heirs of them are not.
    """
    plain = [_plain(each) for each in inputs]
    return getattr(ufunc, method)(*plain, **settings)


class Size(int):
    """An int that knows its origin; arithmetic on it stays a Size (or a Ratio, once a float comes in)."""

    origin: Origin

    def __new__(cls, value: int, origin: Origin) -> Size:
        self = super().__new__(cls, value)
        self.origin = origin
        return self

    __array_ufunc__ = as_plain_numbers

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return (int, (int(self),))

    def __copy__(self) -> Size:
        return self

    def __deepcopy__(self, memo: object) -> Size:
        return self

    def __neg__(self) -> Size:
        return Size(-int(self), _combined("*", -int(self), -1, self))


class Ratio(float):
    """A float on the way between two sizes (`d_model / heads`)."""

    origin: Origin

    def __new__(cls, value: float, origin: Origin) -> Ratio:
        self = super().__new__(cls, value)
        self.origin = origin
        return self

    __array_ufunc__ = as_plain_numbers

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return (float, (float(self),))


for _kind, _names in {
    "+": ("__add__", "__radd__"),
    "-": ("__sub__", "__rsub__"),
    "*": ("__mul__", "__rmul__"),
    "//": ("__floordiv__", "__rfloordiv__"),
    "/": ("__truediv__", "__rtruediv__"),
    "%": ("__mod__", "__rmod__"),
    "**": ("__pow__", "__rpow__"),
}.items():
    for _name in _names:
        _of_size, _of_ratio = _operator(_kind, _name)
        setattr(Size, _name, _of_size)
        setattr(Ratio, _name, _of_ratio)


class AnySize(int):
    """The length of an axis that is left open (`None` in Keras and TensorFlow): it agrees with every number.

    As an int it is 1. Arithmetic on it leaves it open.
    """

    def __new__(cls) -> AnySize:
        return super().__new__(cls, 1)

    def __reduce__(self) -> tuple[type[AnySize], tuple[()]]:
        return (AnySize, ())

    def __deepcopy__(self, memo: object) -> AnySize:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, int)

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __lt__

    def __le__(self, other: object) -> bool:
        return True

    __ge__ = __le__

    def __hash__(self) -> int:
        return hash(AnySize)

    def _open(self, other: object) -> AnySize:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _open
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _open

    def __repr__(self) -> str:
        return "?"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "?"
