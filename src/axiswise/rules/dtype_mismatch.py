from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, names, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

CASTS = {
    "float32": "{}.float()",
    "float64": "{}.double()",
    "float16": "{}.half()",
    "bfloat16": "{}.bfloat16()",
    "int64": "{}.long()",
    "int32": "{}.int()",
    "bool": "{}.bool()",
}


class DtypeMismatch(Rule):
    """A tensor has an element type that the operation does not take."""

    kinds = frozenset({"dtype"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        wanted, found, role = names(conflict.facts.get("wanted")), names(conflict.facts.get("found")), _role(conflict)
        operand = scene.expression(role) if role else "an operand"
        is_ = f"is {found[0]}" if found else "has another type"
        wants = " or ".join(wanted[:3]) if wanted else "another type"
        return scene.diagnosis(
            f"{scene.callee()} takes {wants} here, but {operand} {is_}", label(scene, *([role] if role else []))
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        role, other = _role(conflict), conflict.right.operand if conflict.right is not None else ""
        for place, name in enumerate(names(conflict.facts.get("wanted"))[:2]):
            if role and name in CASTS:
                yield from scene.wrap(role, CASTS[name], f"convert it to {name}", evidence=0.3 if place == 0 else 0.0)
        operands = conflict.call.operands
        if {"left", "right"} <= set(operands) and operands["left"].dtype == operands["right"].dtype:
            for name in (name for name in names(conflict.facts.get("wanted"))[:2] if name in CASTS):
                each = (scene.wrap(side, CASTS[name], "") for side in ("left", "right"))
                yield from together(f"convert both to {name}", *each)
        for name in names(conflict.facts.get("found"))[:1]:
            if other and name in CASTS:
                yield from scene.wrap(other, CASTS[name], f"convert the other operand to {name}")


def _role(conflict: Conflict) -> str:
    named = conflict.facts.get("operand")
    if conflict.left is not None and conflict.left.operand:
        return conflict.left.operand
    return named if isinstance(named, str) else ""
