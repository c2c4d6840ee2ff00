"""einops over several tensors: einsum by words, pack and unpack.

Operands: `operands.0`, ... for einsum; `tensors.0`, ... for pack; `input` for unpack. Parameters: `pattern`, and
`packed_shapes` for unpack.
"""

from __future__ import annotations

from math import prod
from typing import Any, cast

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import setting
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _terms(call: OpCall) -> tuple[list[list[str]], list[str]]:
    """Return the names of every operand and of the result."""
    left, _, right = str(call.params["pattern"]).partition("->")
    return [term.split() for term in left.split(",")], right.split()


def _rank(call: OpCall, role: str, names: int) -> Conflict:
    left, right = AxisUse(role, -1, call.operands[role].rank), setting("pattern", names)
    return Conflict("pattern", call, left, right, {"rank": True})


def _uses(call: OpCall) -> dict[str, list[AxisUse]]:
    """Return the axes that each name stands for."""
    found: dict[str, list[AxisUse]] = {}
    for (role, ref), names in zip(call.operands.items(), _terms(call)[0], strict=False):
        for axis, (name, size) in enumerate(zip(names, ref.shape, strict=False)):
            found.setdefault(name, []).append(AxisUse(role, axis, size))
    return found


def _einsum_conflicts(call: OpCall) -> list[Conflict]:
    terms, result = _terms(call)
    if len(terms) != len(call.operands):
        right = setting("pattern", len(terms))
        return [Conflict("pattern", call, right=right, facts={"names": (), "operands": len(call.operands)})]
    found = [
        _rank(call, role, len(names))
        for (role, ref), names in zip(call.operands.items(), terms, strict=True)
        if "..." not in names and len(names) != ref.rank
    ]
    uses = _uses(call)
    strange = tuple(name for name in result if name not in uses and name != "...")
    if found or strange or any("..." in names for names in terms):
        return found or ([Conflict("pattern", call, facts={"names": strange})] if strange else [])
    for each in uses.values():
        wide = [use for use in each if use.size != 1]
        other = next((use for use in wide if use.size != wide[0].size), None)
        if other is not None:
            found.append(Conflict("pattern", call, wide[0], other))
    return found


def _einsum_output(call: OpCall) -> tuple[Shape, ...] | None:
    terms, result = _terms(call)
    uses = _uses(call)
    if any("..." in names for names in terms) or any(name not in uses for name in result):
        return None
    return (tuple(max(uses[name], key=lambda use: use.size != 1).size for name in result),)


def _einsum_source(call: OpCall, output: int, axis: int) -> AxisSource:
    terms, result = _terms(call)
    if any("..." in names for names in terms):
        return UNKNOWN
    size = call.outputs[output].shape[axis]
    return next((same(use.operand, use.axis) for use in _uses(call)[result[axis]] if use.size == size), UNKNOWN)


def _around(call: OpCall) -> tuple[int, int]:
    """Return how many axes are named before and after the star."""
    names = str(call.params["pattern"]).split()
    star = names.index("*") if "*" in names else len(names)
    return star, max(len(names) - star - 1, 0)


def _pack_conflicts(call: OpCall) -> list[Conflict]:
    before, after = _around(call)
    short = [role for role, ref in call.operands.items() if ref.rank < before + after]
    if short:
        return [_rank(call, role, before + after) for role in short]
    first, *others = call.operands
    lead = call.operands[first]
    for role in others:
        ref = call.operands[role]
        for axis in (*range(before), *range(-after, 0)):
            if ref.shape[axis] != lead.shape[axis]:
                left = AxisUse(first, axis % lead.rank, lead.shape[axis])
                return [Conflict("pattern", call, left, AxisUse(role, axis % ref.rank, ref.shape[axis]))]
    return []


def _packed(call: OpCall, shape: Shape) -> Shape:
    before, after = _around(call)
    return shape[before : len(shape) - after]


def _pack_output(call: OpCall) -> tuple[Shape, ...] | None:
    before, after = _around(call)
    shapes = [ref.shape for ref in call.operands.values()]
    total = sum(prod(_packed(call, shape)) for shape in shapes)
    return ((*shapes[0][:before], total, *shapes[0][len(shapes[0]) - after :]),)


def _pack_source(call: OpCall, output: int, axis: int) -> AxisSource:
    before, _ = _around(call)
    first = call.operands["tensors.0"]
    if axis == before:
        parts = [(role, _packed(call, ref.shape)) for role, ref in call.operands.items()]
        single = all(len(part) == 1 for _, part in parts)
        return AxisSource("sum", tuple((role, before) for role, _ in parts)) if single else UNKNOWN
    return same("tensors.0", axis if axis < before else first.rank - len(call.outputs[output].shape) + axis)


def _parts(call: OpCall) -> list[Shape]:
    shapes = cast("list[Any]", call.params["packed_shapes"])
    return [tuple(int(size) for size in shape) for shape in shapes]


def _unpack_conflicts(call: OpCall) -> list[Conflict]:
    before, after = _around(call)
    shape = call.operands["input"].shape
    if len(shape) != before + after + 1:
        return [_rank(call, "input", before + after + 1)]
    parts, size = _parts(call), shape[before]
    closed = sum(prod(part) for part in parts if -1 not in part)
    loose = [part for part in parts if -1 in part]
    step = prod(each for each in loose[0] if each != -1) if loose else 1
    if len(loose) > 1 or (loose and ((size - closed) < 0 or step == 0 or (size - closed) % step)):
        return [Conflict("pattern", call, AxisUse("input", before, size), setting("packed_shapes", closed))]
    if not loose and closed != size:
        return [Conflict("pattern", call, AxisUse("input", before, size), setting("packed_shapes", closed))]
    return []


def _unpack_output(call: OpCall) -> tuple[Shape, ...] | None:
    before, after = _around(call)
    shape, parts = call.operands["input"].shape, _parts(call)
    if len(shape) != before + after + 1:
        return None
    rest = shape[before] - sum(prod(part) for part in parts if -1 not in part)
    filled: list[Shape] = []
    for part in parts:
        step = prod(each for each in part if each != -1)
        filled.append(tuple(rest // step if each == -1 and step else each for each in part))
    return tuple((*shape[:before], *part, *shape[before + 1 :]) for part in filled)


def _unpack_source(call: OpCall, output: int, axis: int) -> AxisSource:
    before, _ = _around(call)
    width = len(_parts(call)[output])
    if before <= axis < before + width:
        return given("packed_shapes", output)
    return same("input", axis if axis < before else axis - width + 1)


CONTRACTS: dict[str, Contract] = {
    "einops-einsum": Contract(_einsum_conflicts, _einsum_output, _einsum_source),
    "einops-pack": Contract(_pack_conflicts, _pack_output, _pack_source),
    "einops-unpack": Contract(_unpack_conflicts, _unpack_output, _unpack_source),
}
