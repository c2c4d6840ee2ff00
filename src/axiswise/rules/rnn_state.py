from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, name_of, place, shape, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

MAKERS = ("zeros", "ones", "randn", "rand", "empty", "full")


def _counted(conflict: Conflict, role: str, axis: int) -> str:
    """Return what an axis of a state counts; a cell keeps one layer's state, without the axis of the layers."""
    given = shape(conflict, role)
    if conflict.call.op.endswith(("_cell", "_steps")) and given is not None:
        return "hidden features" if axis == len(given) - 1 else "samples"
    unbatched = given is not None and len(given) == 2
    return {0: "layers and directions", 1: "hidden features" if unbatched else "samples", 2: "hidden features"}.get(
        axis, ""
    )


class RnnState(Rule):
    """A recurrent layer is given a state of another shape than it keeps."""

    kinds = frozenset({"state"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, has, wants = conflict.left, size(conflict.left), size(conflict.right)
        state = scene.expression(left.operand if left is not None and left.operand else "h_0").replace(
            "the h 0", "its state"
        )
        if left is None or has is None or wants is None:
            return scene.diagnosis(f"{scene.callee()} keeps another state than {state}", label(scene))
        what = _counted(conflict, left.operand, left.axis) or scene.axis(left)
        return scene.diagnosis(
            f"{scene.callee()} keeps a state for {wants} {what}, but {state} has {has}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return
        if left.axis == 1 and right.operand == "input" and not conflict.call.op.endswith(("_cell", "_steps")):
            yield from self._from_input(left.operand, right.axis, scene)
            yield from scene.setting("batch_first", "True", "read the batch from axis 0")
        if right.size >= 0 and left.axis >= 0:
            yield from scene.resize(left, right.size)
        yield from scene.agree()

    def _from_input(self, role: str, axis: int, scene: Scene) -> Iterable[Fix]:
        """Read the batch of a state from the layer's input, where the state is made."""
        name = name_of(scene, "input")
        for earlier in scene.producers(role):
            made = sizes(earlier.call.params.get("shape", earlier.call.params.get("size")))
            if name is not None and earlier.call.op in MAKERS and made and len(made) == 3:
                position = 1 + place(earlier.conflict, 0) if not earlier.call.is_method else 1
                yield from earlier.argument(
                    "", f"{name}.size({axis})", "read the batch from the input", position=position, evidence=1.0
                )
