"""What rules read off a conflict: shapes, sizes and settings, any of which may be missing.

A conflict read from pasted text has few operands, and -1 for sizes that the text does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isqrt
from typing import Any, cast

from axiswise.diagnosis import Edit, Fix, Note
from axiswise.facts import AxisUse, Conflict, OpCall, Shape, Supposed
from axiswise.ops.model import pairs
from axiswise.source.scene import Scene
from axiswise.source.spelling import spelled


def shape(conflict: Conflict, role: str) -> Shape | None:
    """Return an operand's shape, or None where it is not known in full."""
    operand = conflict.call.operands.get(role)
    return operand.shape if operand is not None and min(operand.shape, default=0) >= 0 else None


def size(use: AxisUse | None) -> int | None:
    """Return the size of one side, or None where it is not known."""
    return use.size if use is not None and use.size >= 0 else None


def number(value: object) -> int | None:
    """Return a whole number that is one, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def sizes(value: object) -> Shape | None:
    """Return a number or a sequence of numbers as a shape, keeping their origins; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return None
    items = cast("Sequence[Any]", value)
    return tuple(items) if all(number(item) is not None for item in items) else None


def names(value: object) -> tuple[str, ...]:
    """Return a text or a sequence of texts as a tuple, the empty ones left out; nothing for anything else."""
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, (tuple, list)):
        return ()
    return tuple(item for item in cast("Sequence[Any]", value) if isinstance(item, str) and item)


def setting(conflict: Conflict, name: str) -> Any:
    """Return a parameter of the call, else of its layer, else None."""
    call = conflict.call
    if name in call.params:
        return call.params[name]
    return call.layer.settings.get(name) if call.layer else None


def listed(conflict: Conflict) -> list[str]:
    """Return the roles of a list of operands, in order: `tensors.0`, `tensors.1`."""
    return [role for role in conflict.call.operands if role.rpartition(".")[2].isdigit()]


def method(conflict: Conflict) -> bool:
    """Return whether the call is spelled as a method of its first operand."""
    return conflict.call.is_method


def place(conflict: Conflict, position: int) -> int:
    """Return an argument's position in the source, from its position in the function (`dim` of `softmax` is 1)."""
    return position - 1 if method(conflict) else position


def position_of(conflict: Conflict, name: str) -> int:
    """Return a parameter's position in the source: behind the operands, but for the axis that an index follows."""
    heads = list(dict.fromkeys(role.partition(".")[0] for role in conflict.call.operands))
    if "index" in heads and name == "dim" and conflict.call.op != "take_along_dim":
        return place(conflict, 1)
    names = list(conflict.call.params)
    return place(conflict, len(heads) + (names.index(name) if name in names else 0))


def name_of(scene: Scene, role: str) -> str | None:
    """Return an operand's expression where it is a short name that another argument may repeat (`x`, `self.memory`)."""
    text = scene.expression(role)
    bare = text.strip("`")
    return bare if text.startswith("`") and bare.replace(".", "").isidentifier() else None


def label(scene: Scene, *roles: str) -> str:
    """Return the shapes of operands side by side: `q: (2, 6, 16) · k: (2, 9, 16)`."""
    operands = scene.conflict.call.operands
    known = roles or tuple(
        role for role, ref in operands.items() if not ref.parameter and role not in ("weight", "bias")
    )
    shown = (f"{scene.expression(role).strip('`')}: {scene.shape(role)}" for role in known if role in operands)
    return " · ".join(list(dict.fromkeys(shown))[:3])


def written(sizes: Sequence[int]) -> str:
    """Return sizes as a product is said: `3 x 4 x 5`."""
    return " x ".join(str(size) for size in sizes)


def axes(count: int) -> str:
    """Return a number of axes in words."""
    return "no axes" if count == 0 else f"{count} {'axis' if count == 1 else 'axes'}"


def together(title: str, *parts: Iterable[Fix]) -> Iterable[Fix]:
    """Yield one fix that makes the first edits of every part, or nothing where a part has none."""
    edits: list[Edit] = []
    for part in parts:
        first = next((fix for fix in part if fix.edits), None)
        if first is None:
            return
        edits.extend(first.edits)
    yield Fix(title, tuple(dict.fromkeys(edits)))  # parts may share a place


def counts(scene: Scene, use: AxisUse | None, wanted: Iterable[int]) -> Iterable[Fix]:
    """Choices of a count (of heads, of groups), the first the likeliest: numbers of their own, never another's name."""
    for place, count in enumerate(wanted):
        for fix in scene.resize(use, count):
            if all(edit.text.isdigit() for edit in fix.edits):
                yield replace(fix, choice=True, evidence=fix.evidence - 0.3 * place)


def unflattened(conflict: Conflict, scene: Scene, role: str) -> Iterable[Fix]:
    """Yield a view as a square map of channels, where a layer of maps is given flat features that make one."""
    given = shape(conflict, role)
    channels = number(setting(conflict, "in_channels")) or number(setting(conflict, "num_features"))
    if given is None or len(given) != 2 or not channels or given[1] % channels:
        return
    side = isqrt(given[1] // channels)
    if side > 1 and side**2 * channels == given[1]:
        frames = conflict.call.frames[-1:]
        named = (name for frame in frames for name, value in frame.sizes.items() if value == side)
        name = next(named, str(side))
        template = f"{{}}.view(-1, {channels}, {name}, {name})"
        yield from scene.wrap(role, template, "see it as a map of channels", evidence=0.5)


def choices(fixes: Iterable[Fix]) -> Iterable[Fix]:
    """Mark fixes as modelling decisions."""
    return (replace(fix, choice=True) for fix in fixes)


def made(scene: Scene, *roles: str, name: str = "") -> Iterable[Note]:
    """Yield where operands were made: what has too many or too few axes got them there.

    Args:
        scene: The scene of the call.
        roles: The operands.
        name: What to call them, where the call itself does not spell them.
    """
    for role in roles:
        maker = next(iter(scene.producers(role)), None)
        if maker is None or maker.span is None or maker.span == scene.span or not maker.call.outputs:
            continue
        given = [str(size) for size in maker.call.outputs[0].shape]
        sizes = f"{given[0]}," if len(given) == 1 else ", ".join(given)
        yield Note(f"{name or scene.expression(role)} is made here, with the shape ({sizes})", maker.span)


def begun(scene: Scene, role: str) -> Iterable[Note]:
    """Yield where the data that an operand was taken from were made at first, or taken from by name."""
    known = [each for each in scene.producers(role) if each.span is not None and each.call.outputs]
    makers = [each for each in known if each.span is not None and scene.span is not None and each.span != scene.span]
    name, bound = scene.expression(role), scene.bound(role)
    if not makers:
        yield from (Note(f"{name} comes from what is assigned here", span) for span in bound[:1] + bound[1:][-1:])
    elif makers and makers[0].span != makers[-1].span and makers[-1].span is not None:
        yield Note(f"{name} comes from what is made here", makers[-1].span)


def at_source(scene: Scene, role: str, template: str, title: str, evidence: float) -> Iterable[Fix]:
    """Yield a fix of data where they were made at first, for everything that is taken from them later."""
    makers = [each for each in scene.producers(role) if each.span is not None and each.call.outputs]
    for maker in makers[:0:-1][:2]:
        yield from maker.wrap_call(template, f"{title} where the data come from", evidence=evidence)


HELD = {"x": "validation_data.0", "y": "validation_data.1"}
"""What a loop trains on, and what it is given beside it to be validated on."""


def everywhere(scene: Scene, role: str, template: str, title: str, evidence: float) -> Iterable[Fix]:
    """Yield fixes of the data that an operand is a batch of, with those that the same loop is validated on."""
    loop, own = scene.loaded(role) or (scene, role)
    node = loop.site.operand(loop.call, HELD[own]) if loop.site is not None and own in HELD else None
    if node is None or loop.site is None:
        return
    text = spelled(template, loop.call.operands[own], loop.site.source)
    if text is not None:
        held = Edit(loop.site.source.span(node), text.replace("{}", loop.site.text(node)))
        for fix in loop.wrap(own, template, title, evidence=evidence):
            yield replace(fix, edits=(*fix.edits, held))


def exchanged(conflict: Conflict) -> str | None:
    """Return the role of the input that has the shape declared for this one, and would fit the other way round too."""
    operands = conflict.call.operands
    given = dict(pairs(conflict.call))
    own = conflict.left.operand if conflict.left is not None else ""
    for other, declared in given.items() if own in given else ():
        ours, theirs = operands[given[own]].shape, operands[declared].shape
        if other != own and operands[other].shape[1:] == ours[1:] and operands[own].shape[1:] == theirs[1:]:
            return other
    return None


BATCH = frozenset({"b", "n", "bs", "bsz", "batch", "batch_size", "batchsize", "num_samples", "samples"})
"""Names of a batch."""


def sequence_role(call: OpCall) -> str:
    """Return what a layer of sequences reads first: its queries, its source, its input; empty for other calls."""
    return next((role for role in ("query", "src", "tgt", "input") if role in call.operands), "")


def is_batch_named(call: OpCall) -> bool:
    """Return whether a layer that reads axis 0 as the sequence is given what the program names a batch there."""
    role = sequence_role(call)
    if not role or call.params.get("batch_first"):
        return False
    named = call.operands[role].axes.items()
    words = {axis: word.lower() for axis, word in named if not isinstance(word, Supposed)}
    return words.get(0) in BATCH and words.get(1) not in BATCH


def multiples(scene: Scene, use: AxisUse, divisor: int) -> list[int]:
    """Return multiples of a number that have a name where the layer of an axis was built, the nearest first."""
    layers = (maker.call.layer for maker in scene.producers(use.operand))
    built = next((layer.built[-1].sizes for layer in layers if layer is not None and layer.built), None)
    sizes = {size for size in (built or {}).values() if size > divisor and size % divisor == 0}
    return sorted(sizes, key=lambda size: max(size / use.size, use.size / size))[:2]
