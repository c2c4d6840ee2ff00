from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import label, shape, sizes, written
from axiswise.rules.rule import Rule
from axiswise.source.quotients import quotient
from axiswise.source.scene import Scene


class HeadSplit(Rule):
    """A width is split into heads, and is not heads times head width."""

    kinds = frozenset({"numel", "heads"})
    priority = 15

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        found = _split(conflict)
        if found is None:
            return None
        width, heads, head = found
        return scene.diagnosis(
            f"{scene.expression('input')} has a width of {width}, "
            f"which is not {written((heads, head))} = {heads * head}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        found, given, asked = _split(conflict), shape(conflict, "input"), sizes(conflict.call.params.get("shape"))
        if found is None or not given or not asked:
            return
        width, heads, head = found
        for earlier in scene.producers("input") if width % heads == 0 else ():
            edit = quotient(scene.sources, earlier.call, asked[-1], width, heads)
            if edit is not None:
                yield Fix(f"let each head have {edit.text}", (edit,), 0.9)
                break
        yield from scene.resize(AxisUse("input", len(given) - 1, width), heads * head)
        if width % heads == 0:
            yield from scene.resize(AxisUse("", -1, head, "shape", len(asked) - 1), width // heads)
        if width % head == 0:
            yield from scene.resize(AxisUse("", -1, heads, "shape", len(asked) - 2), width // head)


def _split(conflict: Conflict) -> tuple[int, int, int] | None:
    """Return (width, heads, head width) where a reshape keeps all axes but the last, and splits that in two."""
    given, asked = shape(conflict, "input"), sizes(conflict.call.params.get("shape"))
    if conflict.kind != "numel" or not given or not asked or len(given) < 2 or len(asked) != len(given) + 1:
        return None
    lead = zip(asked[:-2], given[:-1], strict=True)
    if not all(want in (size, -1) for want, size in lead) or min(asked[-2:]) <= 0:
        return None
    width, heads, head = given[-1], asked[-2], asked[-1]
    return (width, heads, head) if width != heads * head else None
