from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.channels_last_image import FEW
from axiswise.rules.reading import shape, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ChannelsFirstImage(Rule):
    """An image with its channels first goes into a layer that wants them last."""

    kinds = frozenset({"channels", "window"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given = shape(conflict, "input")
        if conflict.call.params.get("channels_last") is not True or given is None or not _is_channels_first(given):
            return None
        data = scene.expression("input")
        return scene.diagnosis(
            f"{scene.callee()} takes the channels in axis {len(given) - 1}, "
            f"but {data} has {given[1]} in axis 1 and {given[-1]} there",
            f"{data.strip('`')}: {scene.shape('input')}",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        rank = len(shape(conflict, "input") or ())
        order = ", ".join(map(str, (0, *range(2, rank), 1)))
        yield from scene.wrap("input", f"{{}}.permute({order})", "put the channels last", evidence=1.0)
        for earlier in scene.producers("input"):
            declared = sizes(earlier.call.params.get("shape"))
            if earlier.call.op == "declare" and declared:
                moved = (*declared[1:], declared[0])
                text = f"({', '.join(str(size) for size in moved)})"
                yield from earlier.setting("shape", text, "declare the channels last", evidence=0.9)


def _is_channels_first(given: Shape) -> bool:
    """Return whether axis 1 has as many elements as colours, and the axes behind it more than any colours."""
    return len(given) > 3 and given[1] in FEW and min(given[2:]) > max(FEW)
