from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import axes, label, name_of, number, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PICKING = ("gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim")


class IndexShape(Rule):
    """An index or mask does not have the shape that it indexes."""

    kinds = frozenset({"index-shape", "rank"})
    priority = 5

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if conflict.kind == "rank":
            ours, theirs = shape(conflict, "index"), shape(conflict, "input")
            if conflict.call.op not in PICKING or ours is None or theirs is None:
                return None
            index, indexed = scene.expression("index"), scene.expression("input")
            said = f"{index} has {axes(len(ours))}, but {indexed} has {axes(len(theirs))}"
            return scene.diagnosis(said, label(scene))
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(
                f"{scene.callee()} is given an index that does not fit what it indexes", label(scene)
            )
        ours, theirs = scene.expression(left.operand or "index"), scene.expression(right.operand or "input")
        if left.axis < 0:
            return scene.diagnosis(f"{ours} has {axes(left.size)}, but {theirs} has {axes(right.size)}", label(scene))
        return scene.diagnosis(
            f"{ours} has {left.size} along {scene.axis(left)}, but {theirs} has {right.size} along {scene.axis(right)}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        index = next(
            (role for role in conflict.call.operands if role.partition(".")[0] in ("index", "mask", "indices")), "index"
        )
        ours, theirs = shape(conflict, index), shape(conflict, "input")
        if ours is None or theirs is None:
            return
        if conflict.call.op in PICKING:
            if len(ours) == len(theirs) - 1:
                yield from _raised(conflict, scene, index, ours, theirs)
            yield from scene.agree()
            return
        if conflict.call.op in ("masked_select", "masked_fill") and theirs[: len(ours)] == ours:
            for_rest = f"[...{', None' * (len(theirs) - len(ours))}]"
            yield from scene.wrap(index, f"{{}}{for_rest}", "give the mask the last axes", evidence=0.5)
        for start in range(1, len(theirs) - len(ours) + 1):
            if theirs[start : start + len(ours)] == ours:
                skip = ":, " * start
                yield from scene.wrap(index, f"{skip}{{}}", f"apply the mask to axis {start}", evidence=0.9)
        if len(ours) == 2 and ours[::-1] == theirs[:2]:
            yield from scene.wrap(index, "{}.T", "transpose the mask")
        if len(ours) == len(theirs) + 1 and 1 in ours:
            axis = ours.index(1)
            yield from scene.wrap(index, f"{{}}.squeeze({axis})", f"take axis {axis} of the mask away")
        if conflict.call.op.startswith(("index", "masked_", "repeat_", "max_unpool")):
            yield from scene.agree()


def _raised(conflict: Conflict, scene: Scene, index: str, ours: Shape, theirs: Shape) -> Iterable[Fix]:
    """Give an index the axis that it lacks; along another axis than the one it picks from it is repeated."""
    dim = number(conflict.call.params.get("dim"))
    axis = dim % len(theirs) if dim is not None else len(ours)
    source = shape(conflict, "source")
    if source is not None and len(source) == len(theirs) and ours != (*source[:axis], *source[axis + 1 :]):
        name = name_of(scene, "source")
        for other in range(len(source)):
            if ours == (*source[:other], *source[other + 1 :]) and name is not None:
                text = f"{{}}.unsqueeze({other}).expand_as({name})"
                yield from scene.wrap(index, text, f"repeat the index along axis {other}")
        return
    yield from scene.wrap(index, f"{{}}.unsqueeze({axis})", f"give the index an axis for axis {axis}")
