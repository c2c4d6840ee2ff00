from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.origin import origin_of
from axiswise.rules.reading import label, name_of, place, shape, sizes
from axiswise.rules.rule import Rule
from axiswise.source.bindings import assigned, parameters
from axiswise.source.scene import Scene
from axiswise.source.unread import function_of, words

WORDS = frozenset({"batch", "batchsize", "bs", "bsz"})
"""Words of a name that is a batch size's."""


class FrozenBatch(Rule):
    """A batch size is written into the model, and a batch of another size comes."""

    kinds = frozenset({"numel", "expand", "frozen"})
    priority = 20

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given, asked = shape(conflict, "input"), sizes(conflict.call.params.get("shape"))
        if not given or not asked:
            return None
        if conflict.kind == "frozen":
            if conflict.facts.get("named") and not _is_named_batch(scene):
                return None
            found = scene.diagnosis(
                f"{scene.callee()} is for batches of {asked[0]} only, which {scene.expression('input')} happens to be",
                label(scene, "input"),
            )
            return replace(found, severity="warning", silent=True, exception=None)
        if not _frozen(given, asked):
            return None
        return scene.diagnosis(
            f"{scene.callee()} asks for a batch of {asked[0]}, but {scene.expression('input')} has {given[0]}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        asked = sizes(conflict.call.params.get("shape")) or ()
        if conflict.kind == "frozen" and asked[1:] == (-1,):
            yield from scene.call_as("{}.flatten(1)", "keep the batch, whatever it is", evidence=0.6)
        position = place(conflict, 1)
        name = name_of(scene, "input")
        if name is not None:
            yield from scene.argument(
                "shape", f"{name}.size(0)", "read the batch from the tensor", position=position, element=0, evidence=0.5
            )
        if -1 not in asked:
            title = "let the batch follow from the other sizes"
            yield from scene.argument("shape", "-1", title, position=position, element=0)


def _frozen(given: tuple[int, ...], asked: tuple[int, ...]) -> bool:
    """Return whether the first size is no one's axis, and the tensor's own first size would fit in its place."""
    first, rest = asked[0], asked[1:]
    origin = origin_of(first)
    if first <= 1 or first == given[0] or not rest or (origin is not None and origin.axes()):
        return False
    if -1 in rest:
        return prod(given) % first != 0 and given[0] != 0 and prod(given) % (given[0] * abs(prod(rest))) == 0
    return prod(given) == given[0] * prod(rest)


def _is_named_batch(scene: Scene) -> bool:
    """Return whether the first size is read from a name of the file, and that name says that it is a batch's."""
    name = scene.written("shape", 0 if scene.call.is_method else 1).strip("([").split(",")[0].strip(")]")
    site, function = scene.site, function_of(scene.site.source, scene.site.node) if scene.site is not None else None
    if site is None or function is None or not name.isidentifier():
        return False
    is_local = name in parameters(function) or assigned(name, function, site.node, site.source) is not None
    return not is_local and bool(words(name) & WORDS)
