from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.channels_first_image import FEW, moved_to
from axiswise.rules.reading import shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ChannelsLastImage(Rule):
    """An image with its channels last goes into a layer that wants them first."""

    kinds = frozenset({"channels", "declared"})
    priority = 25

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        role = moved_to(conflict, 1)
        if role is not None:
            given, data = conflict.call.operands[role].shape, scene.expression(role)
            return scene.diagnosis(
                f"`{scene.layer()}` takes the channels in axis 1, "
                f"but {data} has {given[1]} there and {given[-1]} in its last axis",
                f"{data.strip('`')}: {scene.shape(role)}",
            )
        given, wanted = shape(conflict, "input"), size(conflict.right)
        if given is None or len(given) not in (3, 4) or "2d" not in conflict.call.op:
            return None
        if wanted not in FEW or given[-1] != wanted or min(given[-3:-1]) <= max(FEW):
            return None
        data = scene.expression("input")
        return scene.diagnosis(
            f"{scene.callee()} takes {wanted} channels in axis {len(given) - 3}, "
            f"but {data} has {given[-3]} there and {wanted} in its last axis",
            f"{data.strip('`')}: {scene.shape('input')}",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        role = moved_to(conflict, 1)
        if role is not None:
            rank = conflict.call.operands[role].rank
            order = ", ".join(map(str, (0, rank - 1, *range(1, rank - 1))))
            yield from scene.wrap(role, f"{{}}.permute({order})", "put the channels first", evidence=1.0)
            return
        order = "2, 0, 1" if len(shape(conflict, "input") or ()) == 3 else "0, 3, 1, 2"
        yield from scene.wrap("input", f"{{}}.permute({order})", "put the channels first", evidence=1.0)
        for earlier in scene.producers("input"):
            if earlier.call.op in ("permute", "transpose", "movedim"):
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")
