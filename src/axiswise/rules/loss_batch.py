from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

CLASS_LOSSES = ("cross_entropy", "nll_loss", "multi_margin_loss")
FOLDING = ("flatten", "reshape", "view")


class LossBatch(Rule):
    """A loss is given another number of predictions than targets."""

    kinds = frozenset({"target"})
    priority = 5

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if conflict.call.op not in CLASS_LOSSES or left is None or right is None:
            return None
        if left.axis != 0 or right.axis != 0 or {left.operand, right.operand} != {"input", "target"}:
            return None
        if size(left) is None or size(right) is None:
            return scene.diagnosis(f"{scene.callee()} has another number of predictions than of targets", label(scene))
        uses = {use.operand: use.size for use in (left, right)}
        return scene.diagnosis(
            f"{scene.callee()} has {uses['input']} predictions in {scene.expression('input')}, "
            f"but {uses['target']} targets in {scene.expression('target')}",
            label(scene, "input", "target"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if not ours or not theirs:
            return
        for role, rows, other in (("input", ours[0], theirs[0]), ("target", theirs[0], ours[0])):
            yield from self._shifted(role, rows, other, scene)
            if rows % other == 0 and rows > other:
                yield from self._folded(role, scene)
        if len(ours) == 2 and len(theirs) == 1 and theirs[0] == ours[0] * ours[1]:
            for earlier in scene.producers("target"):
                if earlier.call.op in FOLDING and (shape(earlier.conflict, "input") or ()) == ours:
                    yield from earlier.wrap_call("{}" + f".view({ours[0]}, -1).argmax(1)", "use class numbers")
        yield from scene.agree()

    def _shifted(self, role: str, rows: int, other: int, scene: Scene) -> Iterable[Fix]:
        """Leave out the last step of what is folded into rows, where the other side was shifted by one."""
        for earlier in scene.producers(role):
            given = shape(earlier.conflict, "input")
            if earlier.call.op not in FOLDING or given is None or len(given) < 2:
                continue
            if given[0] * given[1] == rows and given[0] * (given[1] - 1) == other:
                yield from earlier.wrap("input", "{}[:, :-1]", "leave the last step out", evidence=1.0)

    def _folded(self, role: str, scene: Scene) -> Iterable[Fix]:
        """Keep the batch apart, where a reshape folded features into it."""
        for earlier in scene.producers(role):
            given = shape(earlier.conflict, "input")
            if earlier.call.op in ("reshape", "view") and given is not None and len(given) > 1:
                yield from earlier.wrap("input", "{}.flatten(1)", "keep the batch apart")
