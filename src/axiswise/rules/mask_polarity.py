from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict
from axiswise.rules.evidence import evidence, told
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

LENGTHS = re.compile(r"(?i)len|size|dur|count|num|(?:^|\W|_)n(?:\W|_)|steps|frames|end|stop|last")
"""Names of what positions are compared with where it says how many are valid, and not where they begin."""


class MaskPolarity(Rule):
    """A mask hides the positions that it should show."""

    kinds = frozenset({"mask-polarity"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        side, fault = conflict.left, conflict.facts.get("fault")
        if fault == "hidden":
            said, mask = evidence(conflict), conflict.facts.get("told")
            shown = f"`{mask}` hides what it says is valid: {said.moves} only where it is turned round"
            return told(scene, shown, said)
        if side is None or fault is None:
            return None
        mask, notes = scene.expression(side.operand), ()
        mask = mask if mask.startswith("`") else "the mask"
        if fault == "filled":
            other = scene.at(replace(conflict, call=conflict.facts["by"], left=None))
            message = f"{scene.callee()} fills the very places that {other.callee()} fills again: nothing is left of it"
            notes = (Note("filled again here", other.span),)
        elif fault == "future":
            first = "every" if not conflict.facts["strict"] else "every but the last"
            message = f"{mask} lets {first} position see those after it, and hides those before it"
        elif fault == "row":
            message = f"{mask} hides every key from query {conflict.facts['row']}: its weights are not a number"
        else:
            made = scene.at(replace(conflict, call=conflict.facts["made"], left=None))
            lengths = conflict.facts.get("lengths")
            if isinstance(lengths, str) and not LENGTHS.search(made.expression(lengths)):
                return None
            shown = "there is no padding" if conflict.facts["valid"] else "there is padding"
            means = "hides" if conflict.facts["valid"] else "shows"
            message = f"{mask} is True where {shown}, and {scene.callee()} {means} what is True"
            how = "marks what a mean is taken of" if conflict.facts.get("counted") else "made"
            notes = (Note(f"{how} by {made.callee()}", made.span),)
        found = scene.diagnosis(message)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        side = conflict.left
        if side is None:
            return
        if conflict.facts.get("fault") == "inverted" or conflict.facts.get("strict"):
            yield from scene.wrap(side.operand, "~{}", "turn the mask round", evidence=0.7)
        if conflict.facts.get("fault") == "future":
            yield from scene.wrap(side.operand, "{}.mT", "exchange its queries and its keys", evidence=0.5)
