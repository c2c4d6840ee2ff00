from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, label, number, setting, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class WindowTooLarge(Rule):
    """A window is larger than what it slides over, or nothing would be left of an axis."""

    kinds = frozenset({"window"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, window, length = conflict.left, size(conflict.right), size(conflict.left)
        data = scene.expression(left.operand if left is not None and left.operand else "input")
        least, most = number(conflict.facts.get("lowest")), number(conflict.facts.get("highest"))
        if most is not None and conflict.right is not None:
            wants = f"{least} to {most}" if least is not None and least < most else f"{most}"
            wants = wants if most >= (least or 0) else "no"
            name = conflict.right.param + (f"[{conflict.right.index}]" if conflict.right.index > 0 else "")
            return scene.diagnosis(
                f"{scene.callee()} takes {wants} for {name} here, but {window} is asked", label(scene, "input")
            )
        if conflict.facts.get("blocks"):
            return scene.diagnosis(
                f"{scene.callee()} puts {window} blocks together, but {scene.axis(left)} of {data} has {length}",
                label(scene, "input"),
            )
        if length is None:
            return scene.diagnosis(f"{scene.callee()} leaves nothing of {data}", label(scene, "input"))
        if window is None:
            return scene.diagnosis(
                f"{scene.callee()} leaves nothing of {scene.axis(left)} of {data}, which has {length}",
                label(scene, "input"),
            )
        return scene.diagnosis(
            f"{scene.callee()} slides a window of {window} over {scene.axis(left)} of {data}, which has {length}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        most = number(conflict.facts.get("highest"))
        if most is not None and conflict.right is not None:
            least = number(conflict.facts.get("lowest")) or 0
            nearest = most if conflict.right.size > most else least
            yield from scene.resize(conflict.right, nearest)
            return
        kernel = sizes(setting(conflict, "kernel_size") or setting(conflict, "pool_size"))
        if conflict.facts.get("blocks"):
            stride = number(setting(conflict, "stride"))
            ways = scene.setting if conflict.call.layer else scene.argument
            for wanted in range(1, max(kernel or (0,)) + 1):
                if wanted != stride:
                    yield from ways("stride", str(wanted), f"set the stride to {wanted}")
            return
        length, window = size(conflict.left), size(conflict.right)
        if kernel and len(set(kernel)) == 1 and kernel[0] > 1:
            half = str(kernel[0] // 2)
            ways = scene.setting if conflict.call.layer else scene.argument
            if "channels_last" in conflict.call.params:
                yield from choices(ways("padding", '"same"', "pad the sides"))
            else:
                yield from choices(ways("padding", half, f"pad each side by {half}"))
        if length and window and length < window:
            yield from choices(scene.resize(conflict.right, length))
