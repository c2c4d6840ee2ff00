from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class RnnInputSize(Rule):
    """A recurrent layer was built for another number of features than it is given."""

    kinds = frozenset({"features"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        word = conflict.call.op.removesuffix("_cell").removesuffix("_steps")
        if word not in ("rnn", "lstm", "gru", "rnn_tanh", "rnn_relu"):
            return None
        has, wants = size(conflict.left), size(conflict.right)
        if has is None or wants is None:
            return scene.diagnosis(f"{scene.callee()} was built for another number of features than its input has")
        data = scene.expression("input")
        return scene.diagnosis(
            f"{scene.callee()} takes {wants} features, but {data} has {has}",
            f"{data.strip('`')}: {scene.shape('input')} · {scene.layer()}: {wants} features",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.agree()
        given, wants = shape(conflict, "input"), size(conflict.right)
        if given is not None and len(given) == 3 and given[1] == wants:
            yield from scene.wrap("input", "{}.transpose(1, 2)", "put the feature axis last")
