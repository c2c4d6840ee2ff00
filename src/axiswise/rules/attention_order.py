from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AttentionOrder(Rule):
    """Attention by hand masks behind the softmax, drops scores before it, or scales by another width or not at all."""

    kinds = frozenset({"attention-order"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        fault = conflict.facts.get("fault")
        if fault is None:
            return None
        if fault == "scale":
            whole, width = int(conflict.facts["whole"]), int(conflict.facts["width"])
            told = (
                f"the scores of {scene.callee()} are divided by the root of {whole}, the width of all heads: "
                f"each head sums over {width}"
            )
            found = scene.diagnosis(told, label(scene, "left", "right"))
            return replace(found, severity="note", silent=True, exception=None)
        if fault == "length":
            whole, width = conflict.facts["whole"], conflict.facts["width"]
            told = (
                f"the scores of {scene.callee()} are divided by the root of {whole}, a length: each sums over {width}"
            )
            return replace(scene.diagnosis(told), severity="warning", silent=True, exception=None)
        if fault == "unscaled":
            width = conflict.facts["width"]
            told = f"the scores of {scene.callee()} are sums over {width} features, and nothing scales them"
            return replace(scene.diagnosis(told), severity="note", silent=True, exception=None)
        softmax = scene.at(replace(conflict, call=conflict.facts["at"], left=None))
        notes = (Note(f"the softmax is {softmax.callee()}", softmax.span),)
        if fault == "mask":
            told = f"{scene.callee()} masks weights, which hides nothing: scores are masked, before the softmax"
        elif fault == "zero":
            told = (
                f"{scene.callee()} hides keys behind the softmax: what is hidden has had its share, "
                f"and the other weights no longer add up to 1"
            )
        else:
            told = f"{scene.callee()} drops scores before the softmax: a score of 0 still has a weight"
        found = scene.diagnosis(told)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        fault = conflict.facts.get("fault")
        if fault == "dropout":
            yield from scene.without_call("take it out, or drop weights behind the softmax", evidence=0.5)
        elif fault in ("mask", "zero"):
            yield Fix("mask the scores, and take their softmax then")
        elif fault in ("scale", "unscaled", "length"):
            yield Fix(f"divide by the root of {conflict.facts['width']}")
