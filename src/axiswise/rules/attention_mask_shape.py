from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, number, setting, shape, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AttentionMaskShape(Rule):
    """A mask does not have the shape of the scores that it masks."""

    kinds = frozenset({"mask"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.facts.get("missing"):
            return scene.diagnosis(f"{scene.callee()} is told that its mask is causal, and given none", label(scene))
        if conflict.facts.get("causal"):
            return scene.diagnosis(f"{scene.callee()} is given both a mask and is_causal=True", label(scene))
        role, expected = _role(conflict), _expected(conflict)
        given = shape(conflict, role)
        mask = scene.expression(role)
        if given is None or expected is None:
            return scene.diagnosis(
                f"{mask} of {scene.callee()} does not have the shape of the scores", label(scene, role)
            )
        return scene.diagnosis(
            f"{scene.callee()} wants {mask} of shape {expected}, but it is {given}",
            label(scene, role, "query", "key", "src"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        role, expected = _role(conflict), _expected(conflict)
        given = shape(conflict, role)
        if conflict.facts.get("causal"):
            yield from scene.argument("is_causal", "False", "let the mask speak alone")
        if given is None or not expected:
            return
        heads = number(setting(conflict, "num_heads") or setting(conflict, "nhead"))
        if len(given) == 2 and given[::-1] == expected[-2:] and given[0] != given[1]:
            yield from scene.wrap(role, "{}.T", "transpose the mask", evidence=1.0)
        if len(given) == 3 and heads and expected == (given[0] * heads, *given[1:]):
            yield from scene.wrap(
                role, f"{{}}.repeat_interleave({heads}, 0)", "repeat the mask for each head", evidence=1.0
            )
        if len(expected) == 3 and len(given) == 2 and given == (expected[0], expected[2]):
            yield from scene.wrap(role, "{}[:, None, :]", "add an axis for the queries", evidence=1.0)
        if len(expected) == 4 and len(given) == 3 and (given[0], *given[1:]) == (expected[0], *expected[2:]):
            yield from scene.wrap(role, "{}.unsqueeze(1)", "add an axis for the heads", evidence=1.0)
        if len(expected) == 4 and len(given) == 2 and given == (expected[0], expected[3]):
            yield from scene.wrap(role, "{}[:, None, None]", "add axes for heads and queries", evidence=1.0)
        if setting(conflict, "batch_first") is False:
            yield from scene.setting("batch_first", "True", "read the batch from axis 0")
        if size(conflict.right) is not None:
            yield from scene.agree()


def _role(conflict: Conflict) -> str:
    if conflict.left is not None and conflict.left.operand:
        return conflict.left.operand
    return next((role for role in conflict.call.operands if "mask" in role), "attn_mask")


def _expected(conflict: Conflict) -> tuple[int, ...] | None:
    found = conflict.facts.get("expected", conflict.facts.get("wanted"))
    return sizes(found)
