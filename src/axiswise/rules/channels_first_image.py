from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.ops.model import pairs
from axiswise.rules.reading import shape, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

FEW = (1, 3, 4)
"""Channels of grey, colour and transparent images."""


class ChannelsFirstImage(Rule):
    """An image with its channels first goes into a layer that wants them last."""

    kinds = frozenset({"channels", "window", "declared"})
    priority = 25

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given = shape(conflict, "input")
        role = moved_to(conflict, -1)
        if role is not None:
            given, data = conflict.call.operands[role].shape, scene.expression(role)
            return scene.diagnosis(
                f"`{scene.layer()}` takes the channels in axis {len(given) - 1}, "
                f"but {data} has {given[1]} in axis 1 and {given[-1]} there",
                f"{data.strip('`')}: {scene.shape(role)}",
            )
        if conflict.call.params.get("channels_last") is not True or given is None or not _is_channels_first(given):
            return None
        data = scene.expression("input")
        return scene.diagnosis(
            f"{scene.callee()} takes the channels in axis {len(given) - 1}, "
            f"but {data} has {given[1]} in axis 1 and {given[-1]} there",
            f"{data.strip('`')}: {scene.shape('input')}",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        role = moved_to(conflict, -1) or "input"
        rank = conflict.call.operands[role].rank if role in conflict.call.operands else 0
        order = ", ".join(map(str, (0, *range(2, rank), 1)))
        yield from scene.wrap(role, f"{{}}.permute({order})", "put the channels last", evidence=1.0)
        for earlier in scene.producers("input"):
            declared = sizes(earlier.call.params.get("shape"))
            if earlier.call.op == "declare" and declared:
                moved = (*declared[1:], declared[0])
                text = f"({', '.join(str(size) for size in moved)})"
                yield from earlier.setting("shape", text, "declare the channels last", evidence=0.9)


def moved_to(conflict: Conflict, place: int) -> str | None:
    """Return the role of a model's data that would be as declared with the channels at another place: 1 or -1."""
    use = conflict.left
    if conflict.kind != "declared" or use is None or use.axis < 0:
        return None
    declared = dict(pairs(conflict.call)).get(use.operand)
    given = conflict.call.operands[use.operand].shape if declared is not None else ()
    if declared is None or len(given) < 4:
        return None
    moved = (*given[2:], given[1]) if place == -1 else (given[-1], *given[1:-1])
    return use.operand if moved == conflict.call.operands[declared].shape[1:] else None


def _is_channels_first(given: Shape) -> bool:
    """Return whether axis 1 has as many elements as colours, and the axes behind it more than any colours."""
    return len(given) > 3 and given[1] in FEW and min(given[2:]) > max(FEW)
