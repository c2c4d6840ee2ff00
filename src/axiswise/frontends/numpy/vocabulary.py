"""NumPy's methods and random numbers in the field's words."""

from __future__ import annotations

from axiswise.frontends.eager.array_functions import transposed
from axiswise.frontends.eager.vocabulary import Reader, first_of, reader, reads
from axiswise.ops.broadcast import UNARY

_REDUCED = "input, dim|axis=None, *, keepdim|keepdims=False"


def _of(names: str) -> str:
    return " ".join(f"ndarray.{name}" for name in names.split())


_RANDINT: Reader = first_of(reader("randint", "low, high, shape|size"), reader("randint", "high|low, *, shape|size"))

READERS: dict[str, Reader] = {
    **{f"ndarray.{op}": reader(op, "input") for op in sorted(UNARY)},
    **{f"ndarray.{op}": reader(op, _REDUCED) for op in "sum mean prod all any argmax argmin var std".split()},
    **reads("amax", _REDUCED, _of("max")),
    **reads("amin", _REDUCED, _of("min")),
    **reads("matmul", "left, right", _of("dot")),
    **reads("reshape", "input, *shape|newshape, order?", _of("reshape")),
    **reads("flatten", "input, order?", _of("ravel flatten")),
    **reads("squeeze", "input, dim|axis=None", _of("squeeze")),
    **reads("transpose", "input, dim0|axis1, dim1|axis2", _of("swapaxes")),
    **reads("repeat_interleave", "input, repeats, dim|axis=None", _of("repeat")),
    **reads("to", "input, dtype", _of("astype")),
    **reads("clone", "input", _of("copy")),
    **reads("reverse-axes", "input", _of("T")),
    "ndarray.transpose": transposed,
    **reads("rand", "*shape", "numpy.random.rand"),
    **reads("randn", "*shape", "numpy.random.randn"),
    **reads("rand", "shape|size", "numpy.random.random numpy.random.random_sample"),
    **reads("rand", "low, high, shape|size", "numpy.random.uniform"),
    **reads("normal", "mean|loc, std|scale, shape|size", "numpy.random.normal"),
    "numpy.random.randint": _RANDINT,
}
