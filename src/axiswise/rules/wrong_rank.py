from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, begun, label, listed, made, number, place, shape, sizes, together, unflattened
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

FLATTENED = ("dot", "outer", "addr", "embedding_bag", "bucketize")
"""Operations of rows of values whose grouping into axes they do not mind."""


class WrongRank(Rule):
    """An operation is given a tensor with another number of axes than it takes."""

    kinds = frozenset({"rank"})
    priority = -5

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.facts.get("listed") and conflict.left is not None:
            given = f"is given {conflict.left.size}"
            return scene.diagnosis(
                f"{scene.callee()} takes {_numbers(conflict)} for {conflict.left.param}, but {given}", label(scene)
            )
        operand = scene.expression(conflict.left.operand if conflict.left else "input")
        found = conflict.left.size if conflict.left and conflict.left.size >= 0 else None
        has = f"{operand} has {axes(found)}" if found is not None else f"{operand} has another number"
        said = scene.diagnosis(f"{scene.callee()} takes {wanted(conflict)}, but {has}", label(scene))
        roles = [conflict.left.operand] if conflict.left and conflict.left.operand else []
        origins = [note for role in roles if scene.is_foreign for note in begun(scene, role)]
        return replace(said, notes=tuple(dict.fromkeys((*said.notes, *made(scene, *roles), *origins))))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.call.op in ("mm", "bmm", "mv", "dot"):
            yield from scene.callee_to("torch.matmul", "use matmul, which takes every number of axes", evidence=0.8)
        vectors = [shape(conflict, side) for side in ("left", "right")]
        if conflict.call.op == "mm" and vectors[0] == vectors[1] and len(vectors[0] or ()) == 1:
            parts = scene.wrap("left", "{}.unsqueeze(0)", ""), scene.wrap("right", "{}.unsqueeze(1)", "")
            yield from together("make them a row and a column", *parts)
        if conflict.left is not None and conflict.facts.get("listed"):
            yield from _counted(conflict, scene, conflict.left.param)
        if conflict.left is None or conflict.facts.get("listed"):
            return
        role = conflict.left.operand
        given = shape(conflict, role)
        wanted_shape = sizes(conflict.facts.get("shape"))
        if given and wanted_shape and prod(given) == prod(wanted_shape):
            rest = ", ".join(str(each) for each in wanted_shape[1:])
            yield from scene.wrap(role, f"{{}}.view(-1, {rest})", "give it its axes", evidence=0.7)
            return
        lowest = min(
            (ranks := [rank for each in _allowed(conflict) if (rank := _rank(each)) is not None]), default=None
        )
        if given is None or lowest is None:
            return
        if len(given) + 1 in ranks or len(given) + 1 == lowest:
            lacking = _joined_along(conflict, len(given) + 1)
            for axis in range(len(given) + 1):
                likely = 0.5 if axis == lacking else 0.0
                yield from scene.wrap(role, f"{{}}.unsqueeze({axis})", f"add an axis at {axis}", evidence=likely)
        if len(given) - 1 in ranks:
            for axis in (axis for axis, size in enumerate(given) if size == 1):
                yield from scene.wrap(role, f"{{}}.squeeze({axis})", f"take axis {axis} away")
        if tuple(ranks) == (1,) and len(given) > 1 and conflict.call.op in FLATTENED:
            yield from scene.wrap(role, "{}.flatten()", "flatten it", evidence=0.05)
        samples = shape(conflict, "input")
        if conflict.call.op == "unroll" and role == "lengths" and not given and samples:
            yield from scene.wrap(role, f"[{{}}] * {samples[0]}", "give each sequence its length", evidence=0.5)
        yield from unflattened(conflict, scene, role)
        yield from _placed(conflict, scene, role)
        for other in listed(conflict):
            if len(shape(conflict, other) or ()) == len(given) + 1:
                yield from scene.wrap(other, "{}[:, 0]", "take the first along axis 1", choice=True)
        for earlier in scene.producers(role):
            if earlier.call.op == "squeeze":
                yield from earlier.without_call("keep the axes of 1")


def _counted(conflict: Conflict, scene: Scene, name: str) -> Iterable[Fix]:
    """List a number for every axis: those that are missing leave their axes as they are."""
    given, listed = shape(conflict, "input"), sizes(conflict.call.params.get(name))
    if conflict.call.op == "crop" and given is not None and listed is not None and len(listed) < len(given):
        text = ", ".join(str(each) for each in (*listed, *given[len(listed) :]))
        yield from scene.argument(name, f"({text})", "leave the other axes whole", position=place(conflict, 1))


def _placed(conflict: Conflict, scene: Scene, role: str) -> Iterable[Fix]:
    """Declare rows of as many features as the other side of a product takes, where a placeholder was declared less."""
    right = shape(conflict, "right")
    maker = next(iter(scene.producers(role)), None)
    if conflict.call.op != "mm" or role != "left" or right is None or len(right) != 2 or maker is None:
        return
    if maker.call.op == "empty" and not maker.call.operands:
        yield from maker.argument("shape", f"[None, {right[0]}]", f"declare rows of {right[0]}", evidence=0.7)


def _joined_along(conflict: Conflict, rank: int) -> int | None:
    """Return the axis along which an operation joins its operands, or None where it joins none."""
    axis = number(conflict.call.params.get("dim")) if conflict.call.op == "cat" else None
    return axis % rank if axis is not None else None


def _numbers(conflict: Conflict) -> str:
    said = " or ".join(str(each) for each in _allowed(conflict))
    return f"{said} {'number' if said == '1' else 'numbers'}"


def wanted(conflict: Conflict) -> str:
    """Return the numbers of axes that an operation takes, in words: `2 or 3 axes`."""
    allowed = [str(each) for each in _allowed(conflict)]
    if not allowed:
        return "another number of axes"
    return " or ".join(allowed) + (" axis" if allowed == ["1"] else " axes")


def _allowed(conflict: Conflict) -> tuple[object, ...]:
    allowed = conflict.facts.get("allowed", ())
    return tuple(allowed) if isinstance(allowed, (tuple, list)) else (allowed,)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _rank(allowed: object) -> int | None:
    """Return a number of axes, or the lowest of `"1 or more"`."""
    first = str(allowed).split()[0] if str(allowed) else ""
    return number(allowed) if not first.isdigit() else int(first)
