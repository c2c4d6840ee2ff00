"""einsum equations and einops patterns."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, size
from axiswise.frontends.messages.wording import Family

family = Family()

EINOPS = (
    "Error while processing {op:word}-reduction pattern {pattern:quoted}. Input tensor shape: {shape:shape}. "
    "Additional info: {info:text}."
)


@family.reads(
    "subscript {letter:word} has size {found:int} for operand {number:int} which does not broadcast with "
    "previously seen size {seen:int}"
)
def letter(letter: str, found: int, number: int, seen: int) -> Conflict:
    left, right = size(f"operands.{number}", -1, found), size("operands.0" if number == 1 else "", -1, seen)
    return conflict("einsum", "einsum", {}, left, right, letter=letter)


@family.reads(
    "operands could not be broadcast together with remapped shapes [original->remapped]: "
    "{a:shape}->{b:shape} {c:shape}->{d:shape}"
)
def array_letter(a: Shape = (), b: Shape = (), c: Shape = (), d: Shape = ()) -> Conflict | None:
    return (
        conflict("einsum", "einsum", {"operands.0": a, "operands.1": c}, None, None, aligned=(b, d))
        if a and c
        else None
    )


@family.reads(
    "subscript {letter:word} is repeated for operand {number:int} but the sizes don't match, {found:int} != {seen:int}"
)
def repeated(letter: str, number: int, found: int, seen: int) -> Conflict:
    role = f"operands.{number}"
    return conflict("einsum", "einsum", {}, size(role, -1, found), size(role, -1, seen), letter=letter)


@family.reads(
    "the number of subscripts in the equation ({letters:int}) does not match the number of dimensions "
    "({axes:int}) for operand {number:int}",
    "the number of subscripts in the equation ({letters:int}) is more than the number of dimensions "
    "({axes:int}) for operand {number:int}",
    "the number of subscripts in the equation ({letters:int}) is less than the number of dimensions "
    "({axes:int}) for operand {number:int}",
)
def letters(letters: int, axes: int, number: int) -> Conflict:
    left, right = size(f"operands.{number}", -1, axes), size("", -1, letters, "equation", number)
    return conflict("einsum", "einsum", {}, left, right, letters=letters)


@family.reads(
    "einsum(): output subscript {letter:word} appears more than once in the output",
    "einsum(): output subscript {letter:word} does not appear in the equation for any input operand",
)
def result(letter: str) -> Conflict:
    return conflict("einsum", "einsum", {}, None, size("", -1, -1, "equation"), letter=letter)


@family.reads(
    "einsum(): fewer operands were provided than specified in the equation",
    "einsum(): more operands were provided than specified in the equation",
)
def operands() -> Conflict:
    return conflict("einsum", "einsum", {}, None, size("", -1, -1, "equation"))


def _pattern(
    op: str, pattern: str, shape: Shape, info: str, axis: int = -1, length: int = -1, wanted: int = -1, **facts: object
) -> Conflict:
    op = op if op in ("rearrange", "repeat", "parse_shape") else "reduce"
    left = size("input", axis, length) if length >= 0 else None
    right = size("", -1, wanted, "pattern") if wanted >= 0 else None
    params = {"pattern": pattern, "sizes": info}
    return conflict("pattern", op, {"input": shape}, left, right, params, **facts)


def _axis(shape: Shape, length: int) -> int:
    return shape.index(length) if shape.count(length) == 1 else -1


@family.reads(
    EINOPS + " Wrong shape: expected {wanted:int} dims. Received {found:int}-dim tensor",
    EINOPS + " Wrong shape: expected >={wanted:int} dims. Received {found:int}-dim tensor",
)
def pattern_rank(op: str, pattern: str, shape: Shape, info: str, wanted: int, found: int) -> Conflict:
    return _pattern(op, pattern, shape, info, -1, found, wanted, rank=True)


@family.reads(EINOPS + " Shape mismatch, can't divide axis of length {length:int} in chunks of {divisor:int}")
def pattern_chunks(op: str, pattern: str, shape: Shape, info: str, length: int, divisor: int) -> Conflict:
    return _pattern(op, pattern, shape, info, _axis(shape, length), length, divisor, divisor=divisor)


@family.reads(EINOPS + " Shape mismatch, {length:int} != {product:int}")
def pattern_size(op: str, pattern: str, shape: Shape, info: str, length: int, product: int) -> Conflict:
    return _pattern(op, pattern, shape, info, _axis(shape, length), length, product)


@family.reads(
    EINOPS + " Identifiers only on one side of expression (should be on both): {names:names}",
    EINOPS + " Could not infer sizes for {names:names}",
    EINOPS + " Specify sizes for new axes in repeat: {names:names}",
    EINOPS,
)
def pattern_names(op: str, pattern: str, shape: Shape, info: str, names: tuple[str, ...] = ()) -> Conflict:
    return _pattern(op, pattern, shape, info, names=tuple(sorted(names)))


@family.reads("Can't parse shape with different number of dimensions: {pattern:text} torch.Size({shape:shape})")
def parsed(pattern: str, shape: Shape) -> Conflict:
    return _pattern("parse_shape", pattern, shape, "", -1, len(shape), len(pattern.split()), rank=True)
