from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.rule import Rule
from axiswise.source.guards import asks_for_mode
from axiswise.source.scene import Scene

FIXED = re.compile(r"(self\.)?[A-Za-z_][\w.]*|[\d.e-]+")
"""A probability that does not ask for the module's mode: a number, an attribute."""
NOTHING = ("0", "0.0")


class DropoutInEvaluation(Rule):
    """Dropout does not ask whether the module is trained, and stays on when it is evaluated."""

    kinds = frozenset({"dropout-mode"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        way = conflict.facts.get("way")
        if way == "function":
            if not _is_read(scene) or scene.written("training", 2) or scene.written("p", 1) in NOTHING:
                return None
            told = f"{scene.callee()} is not told whether the module is trained: it drops in evaluation too"
        elif way == "attention":
            chance = scene.written("dropout_p", 4)
            if not (FIXED.fullmatch(chance) and ("." in chance or chance.isdigit())):
                return None
            told = f"{scene.callee()} drops with a probability of `{chance}` in evaluation too"
        elif way == "layer":
            told = f"{scene.callee()} makes a new layer in each call, which is always in training mode"
        else:
            return None
        if asks_for_mode(conflict.call.frames, scene.sources):
            return None
        return replace(scene.diagnosis(told), severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        way, title = conflict.facts.get("way"), "drop in training only"
        if way == "function":
            yield from scene.argument("training", "self.training", title, position=2, evidence=0.8)
        elif way == "attention":
            chance = scene.written("dropout_p", 4)
            value = f"{chance} if self.training else 0.0"
            yield from scene.argument("dropout_p", value, title, position=4, evidence=0.8)
        elif way == "layer":
            yield Fix("build the layer in `__init__`")


def _is_read(scene: Scene) -> bool:
    """Return whether the call stands where it is read, with every argument."""
    return scene.site is not None and scene.site.is_written_out and "dropout" in scene.callee()
