from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.declared_input import whole_shape
from axiswise.rules.reading import axes, choices, label, setting, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

KEEPING = frozenset({"dropout", "scale_axes"})


class RecurrentSequences(Rule):
    """A recurrent layer is not given a sequence: often the layer before it returned its last step only."""

    kinds = frozenset({"rank"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if not conflict.call.op.endswith("_steps") or conflict.left is None or conflict.left.operand != "input":
            return None
        before, data = _before(scene), scene.expression("input")
        if before is not None:
            return scene.diagnosis(
                f"{scene.callee()} takes a sequence, but {before.callee()} returns its last step only", label(scene)
            )
        if conflict.call.op == "map_lstm_steps":
            return None  # its steps are maps
        return scene.diagnosis(
            f"{scene.callee()} takes (batch, steps, features), but {data} has {axes(conflict.left.size)}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        before = _before(scene)
        if before is not None:
            title = f"let {before.layer()} return every step"
            yield from before.setting("return_sequences", "True", title, evidence=1.0)
            return
        yield from whole_shape(scene, "input")
        given = shape(conflict, "input") or ()
        if len(given) != 2:
            return
        ways = {"read every value as a step of one feature": (2, "1"), "read all values as one step": (1, "")}
        for earlier in scene.producers("input"):
            declared = setting(earlier.conflict, "shape")
            if earlier.call.op == "declare" and isinstance(declared, (tuple, list)) and len(given) == 2:
                size = given[1]
                yield from choices(earlier.setting("shape", f"({size}, 1)", "declare steps of one feature"))
                yield from choices(earlier.setting("shape", f"(1, {size})", "declare one step"))
        for title, (axis, _) in ways.items():
            yield from scene.wrap("input", f"{{}}.unsqueeze({axis})", title, choice=True)


def _before(scene: Scene) -> Scene | None:
    """Return the scene of the recurrent layer whose last step arrives here."""
    for earlier in scene.producers("input"):
        if earlier.call.op.endswith("_steps"):
            return earlier if setting(earlier.conflict, "return_sequences") is not True else None
        if earlier.call.op not in KEEPING:
            return None
    return None
