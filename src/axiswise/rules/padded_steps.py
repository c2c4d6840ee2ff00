from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

LENGTHS = re.compile(r"\s*\(?\s*\w+\s*,\s*(?!_)(\w+)\s*\)?\s*=")
"""The name of the lengths that `pad_packed_sequence` returns, where its results are unpacked."""


class PaddedSteps(Rule):
    """Steps that only pad a sequence are read as if they were its own."""

    kinds = frozenset({"padded-steps"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        by = conflict.facts.get("by")
        if not isinstance(by, OpCall):
            return None
        earlier = scene.at(replace(conflict, call=by, left=None))
        if conflict.facts.get("fault") == "last":
            if "pad_packed_sequence" not in earlier.callee():
                return None
            message = (
                f"{scene.expression('input')} was padded: its last step is padding for all but the longest sequence"
            )
            told = Note(f"{earlier.callee()} pads it here", earlier.span)
        else:
            message = f"{scene.callee()} counts padding among the steps: a mask has only put it to 0"
            told = Note("the mask does it here", earlier.span)
        found = scene.diagnosis(message, label(scene, "input"))
        return replace(found, severity="warning", silent=True, exception=None, notes=(told,))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        by, use = conflict.facts.get("by"), conflict.left
        if not isinstance(by, OpCall) or use is None:
            return
        earlier = scene.at(replace(conflict, call=by, left=None))
        if conflict.facts.get("fault") == "last":
            named = LENGTHS.match(_statement(earlier))
            if named is not None and conflict.call.operands["input"].rank == 3:
                last, rows = f"{named[1]} - 1", f"torch.arange({{}}.size({1 - use.axis}))"
                place = f"{rows}, {last}" if use.axis else f"{last}, {rows}"
                yield from scene.call_as(f"{{}}[{place}]", "take the last step of each", evidence=0.8)
            yield Fix("take the last state that the layer returns: `h[-1]`")
            return
        mask = earlier.expression(str(conflict.facts.get("role"))).strip("`")
        if mask.isidentifier():
            steps = f"dim={use.axis}"
            template = f"{{}}.sum({steps}) / {mask}.sum({steps}).clamp(min=1)"
            yield from scene.call_as(template, "divide by the number of steps that count", evidence=0.8)
        yield Fix("sum up the steps, and divide by the number of those that the mask shows")


def _statement(scene: Scene) -> str:
    """Return the text of the statement around a call; empty where no source is at hand."""
    node = scene.site.source.statement_of(scene.site.node) if scene.site is not None else None
    return scene.site.source.text_of(node) if scene.site is not None and node is not None else ""
