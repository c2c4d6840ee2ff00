from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ConvChannels(Rule):
    """A convolution was built for another number of channels than its input has."""

    kinds = frozenset({"channels"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if conflict.facts.get("is_open"):
            data = scene.expression("input")
            return scene.diagnosis(
                f"{scene.callee()} takes a known number of channels, but {data} leaves it open", label(scene, "input")
            )
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"{scene.callee()} takes another number of channels than its input has")
        data = scene.expression("input")
        return scene.diagnosis(
            f"{scene.callee()} takes {right.size} channels, but {data} has {left.size}",
            f"{data.strip('`')}: {scene.shape('input')} · {scene.layer()}: {right.size} channels",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right, given = conflict.left, conflict.right, shape(conflict, "input")
        if left is None or right is None:
            return
        if given is not None and given:
            if len(given) == 3 and given[-1] == right.size and "1d" in conflict.call.op:
                yield from scene.wrap("input", "{}.transpose(1, 2)", "put the features before the steps", evidence=1.0)
            if len(given) == 2 and right.size == 1 and "1d" in conflict.call.op:
                yield from scene.wrap("input", "{}.unsqueeze(1)", "add the channel axis", evidence=1.0)
            if len(given) == 3 and right.size == 1 and "2d" in conflict.call.op:
                yield from scene.wrap("input", "{}.unsqueeze(1)", "add the channel axis", evidence=1.0)
        yield from self._exchanged(conflict, scene)
        yield from scene.agree()
        if given is not None and len(given) == 4 and left.size == 1 and right.size > 1:
            yield from scene.wrap(
                "input", f"{{}}.expand(-1, {right.size}, -1, -1)", "repeat the only channel", choice=True
            )

    def _exchanged(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        """Exchange input and filters of a function, whose layouts are alike where the channels are last."""
        weight = shape(conflict, "weight")
        if conflict.call.layer is None and conflict.call.params.get("channels_last") and weight is not None:
            yield from scene.swap("input", "weight", "exchange the input and the filters", evidence=0.7)
