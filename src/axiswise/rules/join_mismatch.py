from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import label, listed, name_of, number, place, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class JoinMismatch(Rule):
    """Two tensors are joined, and differ off the joined axis."""

    kinds = frozenset({"join"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right, dim = (
            conflict.left,
            conflict.right,
            number(conflict.facts.get("axis", conflict.call.params.get("dim"))),
        )
        along = f" along axis {dim}" if dim is not None else ""
        if left is None or right is None or size(left) is None or size(right) is None:
            differ = f"joins tensors{along} that differ elsewhere" if listed(conflict) else "is given nothing to join"
            return scene.diagnosis(f"{scene.callee()} {differ}", label(scene))
        ours = f"{left.size} along {scene.axis(left)} of {scene.expression(left.operand)}"
        theirs = f"{right.size} of {scene.expression(right.operand)}"
        return scene.diagnosis(f"{scene.callee()} joins{along}, but {ours} is not {theirs}", label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        roles = listed(conflict)
        shapes = [each for role in roles if (each := shape(conflict, role)) is not None]
        if len(shapes) == len(roles) > 1 and len({len(each) for each in shapes}) == 1:
            dims = [dim for dim in range(len(shapes[0])) if len({_without(each, dim) for each in shapes}) == 1]
            for dim in dims:
                yield from scene.argument(
                    "dim", str(dim), f"join along axis {dim}", position=place(conflict, 1), evidence=0.5
                )
        yield from self._resampled(conflict, scene)
        yield from scene.agree()

    def _resampled(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        """Bring the smaller of two maps to the sides of the larger."""
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return
        small, large = sorted((left, right), key=lambda use: use.size)
        ours, theirs = shape(conflict, small.operand), shape(conflict, large.operand)
        name = name_of(scene, large.operand)
        if not ours or not theirs or len(ours) != 4 or ours[0] != theirs[0] or small.axis < 2 or name is None:
            return
        template = f"torch.nn.functional.interpolate({{}}, size={name}.shape[-2:])"
        yield from scene.wrap(small.operand, template, f"bring it to the sides of {name}", evidence=0.6)


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])
