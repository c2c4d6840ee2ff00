"""Operations that take tensors of certain ranks or lengths only, in words of their own."""

from __future__ import annotations

from axiswise.facts import Conflict
from axiswise.frontends.messages.found import conflict, rank, size
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "{op:word}: input tensor must have at least {low:int} dimensions",
    "{op:word}: The input tensor A must have at least {low:int} dimensions",
    "{op:word}: The input tensor must have at least {low:int} dimensions, got {found:int}",
)
def at_least(op: str, low: int, found: int = -1) -> Conflict:
    return rank(op, "input", found, f"{low} or more")


@family.reads(
    "{op:word}: expected a matrix, but got tensor with dim {found:int}",
    "expected a matrix, but got tensor with dim {found:int}",
)
def matrix(found: int, op: str = "trace") -> Conflict:
    return rank(op, "input", found, 2)


@family.reads("diag(): Supports 1D or 2D tensors. Got {found:int}D")
def diagonal(found: int) -> Conflict:
    return rank("diag", "input", found, 1, 2)


@family.reads(
    "prob_dist must be 1 or 2 dim", "The probability distributions dimensions must be 1 or 2, but got {found:int}"
)
def distribution(found: int = -1) -> Conflict:
    return rank("multinomial", "input", found, 1, 2)


@family.reads("Input tensors must have {high:int} or fewer dimensions. Input {number:int} has {found:int} dimensions")
def at_most(high: int, number: int, found: int) -> Conflict:
    return rank("block_diag", f"tensors.{number}", found, f"{high} or fewer")


@family.reads(
    "{name:word} must be a scalar or {high:int}D tensor",
    "expected total dims >= {low:int}, but got total dims = {found:int}",
)
def bounded(name: str = "input", high: int = -1, low: int = -1, found: int = -1) -> Conflict:
    return rank("", name, found, *((0, high) if high >= 0 else (f"{low} or more",)))


@family.reads("the input must be {low:int}D or {high:int}D. Got {found:int}D")
def normed(low: int, high: int, found: int) -> Conflict:
    return rank("norm", "input", found, low, high)


@family.reads("{op:word}: inputs dimension {axis:int} must have length {wanted:int}. Got {a:int} and {b:int}")
def crossed(op: str, axis: int, wanted: int, a: int, b: int) -> Conflict:
    role, found = ("left", a) if a != wanted else ("right", b)
    return conflict("length", op, {}, size(role, axis, found), size("", -1, wanted, "coordinates"))


@family.reads(
    "grid last dimension must be {wanted:int} (for x,y coords), got {found:int}",
    "expected grid to have size {wanted:int} in last dimension, but got grid with sizes {note:text}, {found:int}]",
)
def grid(wanted: int, found: int, note: str = "") -> Conflict:
    return conflict("length", "grid_sample", {}, size("grid", -1, found), size("", -1, wanted, "coordinates"))


@family.reads("Expected reduction dim {axis:int} to have non-zero size")
def empty(axis: int) -> Conflict:
    return conflict("other", "reduce", {}, size("input", axis, 0))
