"""NumPy's methods and random numbers in the field's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.frontends.eager.array_functions import array_methods
from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.eager.vocabulary import Reader, Reading, first_of, reader, reads


def _of(names: str) -> str:
    return " ".join(f"ndarray.{name}" for name in names.split())


_RANDINT: Reader = first_of(
    reader("randint", "low, high, shape|size, dtype?, endpoint?"),
    reader("randint", "high|low, *, shape|size, dtype?, endpoint?"),
)

PAIR = "left|a|x1, right|b|x2"

_GENERATOR = "numpy.random.Generator"
_STATE = "numpy.random.RandomState"


def _drawn(words: str, *owners: str) -> str:
    return " ".join(f"{owner}.{word}" for owner in owners for word in words.split())


def _permuted(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a permutation: of a number's worth of places, or of the rows of an array."""
    found = reader("randperm", "n|x, axis?")(arrays, args, kwargs)
    if found is not None and "n" in found.operands:
        return Reading("clone", {"input": found.operands["n"]})
    return found


def _prefixed(op: str) -> Reader:
    """Read an operator before an array; before anything else it is Python's own."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        return Reading(op, {"input": args[0]}) if arrays.kind_of(args[0]) is not None else None

    return read


_EVERYWHERE = ("numpy.random", _STATE, _GENERATOR)
_OLDER = ("numpy.random", _STATE)
RANDOM: dict[str, Reader] = {
    **reads("rand", "*shape", _drawn("rand", *_OLDER)),
    **reads("randn", "*shape", _drawn("randn", *_OLDER)),
    **reads("rand", "shape|size, dtype?", _drawn("random random_sample", *_EVERYWHERE)),
    **reads("randn", "shape|size, dtype?", _drawn("standard_normal", *_EVERYWHERE)),
    **reads("rand", "low=0, high=1, shape|size", _drawn("uniform", *_EVERYWHERE)),
    **reads("normal", "mean|loc=0, std|scale=1, shape|size", _drawn("normal lognormal laplace", *_EVERYWHERE)),
    **reads("rand", "rate|lam|scale|p=1, shape|size", _drawn("poisson exponential geometric", *_EVERYWHERE)),
    **reads("randint", "n, p, shape|size", _drawn("binomial", *_EVERYWHERE)),
    **dict.fromkeys(_drawn("randint", *_OLDER).split(), _RANDINT),
    f"{_GENERATOR}.integers": _RANDINT,
    **dict.fromkeys(_drawn("permutation", *_EVERYWHERE).split(), _permuted),
}
"""Random numbers by their functions and by their generators' methods."""

READERS: dict[str, Reader] = {
    **array_methods("ndarray"),
    "operator.neg": _prefixed("negative"),
    "operator.invert": _prefixed("bitwise_not"),
    **reads("atleast_1d", "input", "numpy.atleast_1d"),
    **reads("atleast_2d", "input", "numpy.atleast_2d"),
    **reads("column_stack", "tensors|tup", "numpy.column_stack"),
    **reads("diagonal", "input|a, offset=0, dim1|axis1=0, dim2|axis2=1", "numpy.diagonal"),
    **reads("cross", f"{PAIR}", "numpy.cross"),
    **reads("kron", f"{PAIR}", "numpy.kron"),
    **reads("searchsorted", "sorted_sequence|a, input|v, side?, sorter?", "numpy.searchsorted"),
    **reads("index_select", "input|a, index|indices, dim|axis", "numpy.take"),
    **reads("take_along_dim", "input|arr, index|indices, dim|axis=-1", "numpy.take_along_axis"),
    **reads("sort", "input|a, dim|axis=-1, kind?, order?, *, stable?", "numpy.sort"),
    **reads("argsort", "input|a, dim|axis=-1, kind?, order?, *, stable?", f"numpy.argsort {_of('argsort')}"),
    **reads("inverse", "input|a", "numpy.linalg.inv"),
    **reads("det", "input|a", "numpy.linalg.det"),
    **reads("cholesky", "input|a, *, upper?", "numpy.linalg.cholesky"),
    **reads("matrix_power", "input|a, n", "numpy.linalg.matrix_power"),
    **reads("eigh", "input|a, UPLO?", "numpy.linalg.eigh"),
    **reads("eig", "input|a", "numpy.linalg.eig"),
    **reads("solve", "left|a, right|b", "numpy.linalg.solve"),
    **reads("lstsq", "left|a, right|b, rcond?", "numpy.linalg.lstsq"),
    **RANDOM,
}
