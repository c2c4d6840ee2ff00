"""From a call of the user's source to the field's word for it, for frameworks without a hook under every operation.

A framework's adapter enters its readers by name: `numpy.reshape` for a function, `ndarray.reshape` for a method of a
kind of arrays. Signatures are written as `axiswise.frontends.signature` says.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from axiswise.facts import Shape, is_series
from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.signature import bind


@dataclass(slots=True)
class Reading:
    """A call in the vocabulary of `axiswise.ops`: the op word, arrays by role, everything else by name.

    `instead` gives what the program goes on with when the call fails, from the shapes that its contract tells (None
    where it tells none); it returns None where the program cannot go on. Without it, arrays of those shapes are made.
    """

    op: str
    operands: dict[str, Any] = field(default_factory=dict[str, Any])
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    instead: Callable[[tuple[Shape, ...] | None], Any] | None = None

    def put(self, name: str, value: Any, arrays: Arrays) -> None:
        """File a value: arrays and lists of arrays as operands, anything else as a parameter."""
        if arrays.kind_of(value) is not None:
            self.operands[name] = value
        elif is_series(value) and value and all(arrays.kind_of(item) is not None for item in value):
            for position, item in enumerate(value):
                self.operands[f"{name}.{position}"] = item
        else:
            self.params[name] = value


Reader = Callable[[Arrays, Sequence[Any], Mapping[str, Any]], Reading | None]


def reader(op: str, text: str, **fixed: Any) -> Reader:
    """Return a reader for one signature; `fixed` are parameters that the function's name implies."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        if bound is None:
            return None
        reading = Reading(op, params=dict(fixed))
        for name, value in bound.items():
            reading.put(name, value, arrays)
        return reading

    return read


def first_of(*readers: Reader) -> Reader:
    """Return a reader that tries several, for functions with several signatures."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        return next((found for each in readers if (found := each(arrays, args, kwargs)) is not None), None)

    return read


def reads(op: str, text: str, names: str, **fixed: Any) -> dict[str, Reader]:
    """Return table entries for one op word, one signature, and the names it goes by, separated by blanks."""
    return dict.fromkeys(names.split(), reader(op, text, **fixed))


class Vocabulary:
    """The readers of the frameworks that a program has loaded."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._functions: dict[int, tuple[Any, str, Reader]] = {}
        self._methods: dict[str, Reader] = {}
        self._owned: dict[tuple[type, str], tuple[str, Reader]] = {}

    def add(self, readers: Mapping[str, Reader]) -> None:
        """Enter readers by name; a function that the installed release does not have is left out."""
        kinds = {kind.name for kind in self.arrays.kinds}
        for name, read in readers.items():
            owner, _, word = name.rpartition(".")
            if owner in kinds:
                self._methods[name] = read
            elif (function := getattr(place := _module(owner), word, None)) is None:
                continue
            elif isinstance(place, type):  # whose instances make arrays: a generator of random numbers
                self._owned[cast("Any", place), word] = name, read
            else:
                self._functions[id(function)] = (function, name, read)

    def find(self, function: Any) -> tuple[str, Reader, tuple[Any, ...]] | None:
        """Return a callable's name, its reader, and the array it is a method of; None where nothing reads it."""
        known = self._functions.get(id(function))
        if known is not None:
            return known[1], known[2], ()
        owner, word = getattr(function, "__self__", None), getattr(function, "__name__", "")
        kind = self.arrays.kind_of(owner)
        if kind is None:
            found = (self._owned.get((each, word)) for each in cast("Any", type(owner)).__mro__)
            named = next((each for each in found if each is not None), None)
            return (*named, ()) if named is not None else None
        name = f"{kind.name}.{word}"
        if name not in self._methods:
            name = self._renamed(kind.name, owner, getattr(function, "__func__", None))
        read = self._methods.get(name)
        return (name, read, (owner,)) if read is not None else None

    def _renamed(self, kind: str, owner: Any, function: Any) -> str:
        """Return the entry of a method whose function has a name of its own: `Array.sum` is called `_sum`."""
        known = (name for name in self._methods if function is not None and name.startswith(f"{kind}."))
        return next(
            (name for name in known if getattr(cast("Any", type(owner)), name.rpartition(".")[2], None) is function), ""
        )

    def method(self, kind: str, word: str) -> Reader | None:
        """Return the reader of a kind's attribute or operator."""
        return self._methods.get(f"{kind}.{word}")


def _module(name: str) -> Any:
    """Return a module or a class by its dotted name, or None where it does not exist."""
    parts = name.split(".")
    try:
        found: Any = importlib.import_module(parts[0])
    except ImportError:
        return None
    for count, part in enumerate(parts[1:], 2):
        # A package whose own import is still running may not hold its parts yet.
        found = getattr(found, part, None) or sys.modules.get(".".join(parts[:count]))
    return found
