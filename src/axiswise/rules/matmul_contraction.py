from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

SYSTEMS = ("solve", "solve_triangular", "lstsq")


class MatmulContraction(Rule):
    """A matrix product sums over two axes of different size."""

    kinds = frozenset({"contraction"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return scene.diagnosis(f"{scene.callee()} sums over two axes of different size", label(scene))
        ours, theirs = scene.expression(left.operand), scene.expression(right.operand)
        if right.param and right.operand == "weight":
            said = f"takes {right.size} for {right.param}, but {ours} has {left.size}"
            return scene.diagnosis(f"{scene.callee()} {said}", label(scene))
        if conflict.call.op in SYSTEMS:
            said = f"solves {left.size} equations of {ours} for {right.size} of {theirs}"
            return scene.diagnosis(f"{scene.callee()} {said}", label(scene))
        if conflict.call.op == "cdist":
            said = f"compares {left.size} features of {ours} with {right.size} of {theirs}"
            return scene.diagnosis(f"{scene.callee()} {said}", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} sums over {left.size} of {ours} and {right.size} of {theirs}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = shape(conflict, "left"), shape(conflict, "right")
        names = [scene.expression(role).strip("`") for role in ("left", "right")]
        if left and right:
            if len(right) > 1 and _fits(left, _turned(right)):
                yield from _turning(scene, "right", f"transpose {names[1]}", 0.8)
            if len(left) > 1 and _fits(_turned(left), right):
                yield from _turning(scene, "left", f"transpose {names[0]}", 0.6)
            if _fits(right, left):
                yield from scene.swap("left", "right", f"exchange {names[0]} and {names[1]}", evidence=0.4)
            if len(right) == 3 and _fits(left, (right[1], right[0], right[2])):
                yield from scene.wrap("right", "{}.transpose(0, 1)", "put the batch axis first", evidence=0.7)
            if len(left) == 3 and _fits((left[1], left[0], left[2]), right):
                yield from scene.wrap("left", "{}.transpose(0, 1)", "put the batch axis first", evidence=0.7)
        yield from scene.agree()


def _turning(scene: Scene, role: str, title: str, evidence: float) -> Iterable[Fix]:
    """Transpose an operand; one that the call itself transposes is left as it is."""
    word = scene.call.params.get("turned", {}).get(role)
    if word is not None:
        return scene.without_argument(word, f"drop {word}", evidence=0.9)
    return scene.wrap(role, _turn(scene.call.operands[role].shape), title, evidence=evidence)


def _turned(shape: Shape) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2])


def _turn(shape: Shape) -> str:
    return "{}.T" if len(shape) == 2 else "{}.mT"


def _fits(left: Shape, right: Shape) -> bool:
    """Return whether two shapes can be multiplied; batch axes are equal or 1."""
    if left[-1] != right[max(len(right) - 2, 0)]:
        return False
    pairs = zip(reversed(left[:-2]), reversed(right[:-2]), strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)
