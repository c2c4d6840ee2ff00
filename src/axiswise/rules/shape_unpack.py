from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, label, number
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ShapeUnpack(Rule):
    """A shape is unpacked into another number of names than it has axes."""

    kinds = frozenset({"unpack"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        names, found = _counts(conflict)
        role, axis = _role(conflict), number(conflict.facts.get("axis"))
        if axis is not None:
            share = number(conflict.facts.get("share"))
            each = f" of {share}" if share is not None else ""
            parts = f"{found} parts{each} of {scene.expression(role)} along {scene.axis(conflict.left)}"
            return scene.diagnosis(f"{names} names for the {parts}", label(scene, role))
        is_shape = role in conflict.call.operands and not role.startswith("parts.")
        if scene.span is not None and not is_shape and names is not None and found is not None:
            return scene.diagnosis(f"{names} names for {found} {'value' if found == 1 else 'values'}")
        has = f"has {axes(found)}" if found is not None else "has others"
        wants = f"{names} names" if names is not None else "some names"
        return scene.diagnosis(f"{wants} for the axes of {scene.expression(role)}, which {has}", label(scene, role))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        names, found = _counts(conflict)
        if names is None or found is None or _role(conflict).startswith("parts."):
            return
        ref = conflict.call.operands.get(_role(conflict))
        if number(conflict.facts.get("share")) is not None and conflict.right is not None:
            yield from scene.resize(conflict.left, conflict.right.size)
            return
        if (axis := number(conflict.facts.get("axis"))) is not None:
            others = [at for at, size in enumerate(ref.shape if ref is not None else ()) if size == names]
            for other in others:
                turn = f"transpose({axis}, {other})"
                for earlier in scene.producers(_role(conflict)):
                    yield from earlier.wrap_call(f"{{}}.{turn}", f"put axis {other} first", evidence=0.5)
            return
        for earlier in scene.producers(_role(conflict)):
            if names == found + 1:
                if earlier.call.op in ("flatten", "squeeze"):
                    yield from earlier.without_call(f"take the {earlier.call.op} before it out")
                yield from earlier.wrap_call("{}.unsqueeze(0)", "add the batch axis")
            elif names == found - 1 and earlier.call.op == "unsqueeze":
                yield from earlier.without_call("take the unsqueeze before it out")


def _role(conflict: Conflict) -> str:
    return conflict.left.operand if conflict.left is not None and conflict.left.operand else "input"


def _counts(conflict: Conflict) -> tuple[int | None, int | None]:
    """Return how many names there are and how many axes, where they are known."""
    names, found = number(conflict.facts.get("names")), number(conflict.facts.get("found"))
    return (names, found if found is not None and found >= 0 else None)
