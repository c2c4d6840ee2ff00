from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class RepeatedTerm(Rule):
    """A sum has one term twice, where the other side of a matrix was meant."""

    kinds = frozenset({"repeated-term"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        term, fault = conflict.facts.get("term"), conflict.facts.get("fault")
        if not isinstance(term, OpCall):
            return None
        made = scene.at(replace(conflict, call=term, left=None))
        if fault == "loss":
            message = f"{made.callee()} of the same predictions and the same targets is added twice"
        else:
            message = f"what {made.callee()} gives is added twice along the same axis: the other axis has no term"
        found = scene.diagnosis(message)
        notes = (Note("made here", made.span),) if made.span is not None and made.span != scene.span else ()
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        how = "transpose the predictions" if conflict.facts.get("fault") == "loss" else "transpose it"
        yield Fix(f"{how} in one of the two")
