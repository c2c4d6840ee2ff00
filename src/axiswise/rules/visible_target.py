from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.hiding import later_scores_hidden
from axiswise.rules.reading import number
from axiswise.rules.rule import Rule
from axiswise.source.classes import classes_through
from axiswise.source.scene import Scene

_OPTION = re.compile(r".*(?:mask(?!ed)|causal|bidirectional).*", re.I)
"""Names of what decides elsewhere whether later steps are seen."""


class VisibleTarget(Rule):
    """What a model is to predict stands among the steps that it looks at."""

    kinds = frozenset({"visible-target"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given = conflict.facts.get("given")
        if isinstance(given, OpCall):
            return _echoed(conflict, scene, given)
        named = conflict.facts.get("named")
        if isinstance(named, str):
            return _named(conflict, scene, named)
        loss, use = conflict.facts.get("loss"), conflict.left
        if not isinstance(loss, OpCall) or use is None:
            return None
        taught = scene.at(replace(conflict, call=loss, left=None))
        found = scene.diagnosis(f"{_seeing(scene)}, but the next step is what {taught.callee()} asks for")
        notes = (Note("its targets are what was given, one step on", taught.span),)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if "given" in conflict.facts:
            yield Fix("ask at each step for the next one: `logits[:, :-1]` against `ids[:, 1:]`")
            return
        mask, use, steps = conflict.facts.get("mask"), conflict.left, number(conflict.facts.get("steps"))
        if use is None or steps is None:
            return
        title = "hide later steps"
        if conflict.call.op == "sdpa":
            yield from scene.argument("is_causal", "True", title, evidence=0.8)
        elif isinstance(mask, str) and mask:
            given = scene.expression(use.operand)
            size = f"{given.strip('`')}.size({steps})" if given.startswith("`") else str(use.size)
            name = "mask" if conflict.call.op == "transformer_encoder" else mask
            future = f"torch.triu(torch.ones({size}, {size}, dtype=torch.bool), diagonal=1)"
            yield from scene.argument(name, future, title, evidence=0.8)
        elif conflict.call.op == "conv1d":
            yield Fix("pad in front only: `F.pad(x, (dilation * (kernel_size - 1), 0))`, and `padding=0`")
        elif conflict.call.op == "softmax":
            yield from later_scores_hidden(scene)
            yield Fix("mask the scores of later steps before the softmax")
        else:
            yield Fix("read the steps in one direction only")


def _seeing(scene: Scene) -> str:
    how = "reads backwards too" if scene.call.params.get("bidirectional") else "lets each step see those after it"
    return f"{scene.callee()} {how}"


def _named(conflict: Conflict, scene: Scene, named: str) -> Diagnosis | None:
    """Say that a model which is named for writing on looks ahead, unless who calls it may hide later steps."""
    classes = list(classes_through(conflict.call.frames, scene.sources))
    if not classes or any(_OPTION.search(name) for owner in classes for name in owner.settings):
        return None
    writes = any(owner.writes_on for owner in classes)
    severity = "warning" if writes or conflict.facts.get("certain") else "note"
    found = scene.diagnosis(f"{_seeing(scene)}, but `{named}` is causal by its name")
    return replace(found, severity=severity, silent=True, exception=None)


def _echoed(conflict: Conflict, scene: Scene, given: OpCall) -> Diagnosis:
    """Say that each step is asked for what it was given."""
    read = scene.at(replace(conflict, call=given))
    found = scene.diagnosis(f"{scene.callee()} asks at each step for what {read.callee()} was given at that very step")
    notes = (*found.notes, Note(f"{read.callee()} reads it here, and later steps are hidden", read.span))
    return replace(found, severity="warning", silent=True, exception=None, notes=notes)
