from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import label, number, setting, shape, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class SplitSizes(Rule):
    """The parts of a split do not add up to the axis."""

    kinds = frozenset({"split"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        axis, parts = conflict.left, _parts(conflict)
        has = size(axis)
        if has is None:
            return scene.diagnosis(f"{scene.callee()} asks for parts that do not add up to the axis", label(scene))
        whole = (
            f"{scene.axis(axis)} of {scene.expression(axis.operand if axis and axis.operand else 'input')} has {has}"
        )
        if parts:
            said = " + ".join(str(part) for part in parts)
            return scene.diagnosis(
                f"{scene.callee()} asks for {said} = {sum(parts)}, but {whole}", label(scene, "input")
            )
        divisor = _divisor(conflict)
        asked = number(setting(conflict, "split_size"))
        wants = f"a multiple of {divisor}" if divisor else f"parts of {asked}" if asked is not None else "other parts"
        return scene.diagnosis(f"{scene.callee()} asks for {wants}, but {whole}", label(scene, "input"))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        axis, parts, divisor = conflict.left, _parts(conflict), _divisor(conflict)
        if axis is None or axis.size < 0:
            return
        if parts:
            yield from scene.resize(axis, sum(parts))
            each = {int(part) for part in parts}
            if len(each) == 1 and axis.size % len(parts) == 0:
                yield from scene.resize(AxisUse("", -1, each.pop(), "split_size", 0), axis.size // len(parts))
        elif divisor:
            below = axis.size - axis.size % divisor
            given = shape(conflict, "input")
            if conflict.call.op == "fold" and given and given[-1] % divisor == 0:
                yield from scene.wrap("input", "{}.transpose(-2, -1)", "put the blocks last", evidence=0.7)
            nearest = [below, below + divisor] if axis.size - below <= divisor / 2 else [below + divisor, below]
            for wanted in nearest:
                if wanted:
                    yield from scene.resize(axis, wanted)


def _parts(conflict: Conflict) -> tuple[int, ...]:
    """Return the sizes of the parts where they are listed; an open one (-1) has no sum."""
    for name in ("split_sizes", "split_size", "split_size_or_sections", "sections"):
        parts = sizes(setting(conflict, name))
        if parts and len(parts) > 1 and min(parts) >= 0:
            return parts
    return ()


def _divisor(conflict: Conflict) -> int | None:
    divisor = number(conflict.facts.get("divisor"))
    if divisor is None and conflict.right is not None:
        divisor = conflict.right.size
    return divisor if divisor is not None and divisor > 1 else None
