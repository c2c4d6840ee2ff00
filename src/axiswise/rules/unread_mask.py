from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import names
from axiswise.rules.rule import Rule
from axiswise.source.arguments import is_given
from axiswise.source.scene import Scene
from axiswise.source.unread import names_in, unread_parameters, words

_MEMORY = r"(?:memory|mem|enc|encoder|context|cross|src(?=_(?:key_)?pad))"
MASKS = {
    "input": re.compile(r"(?:(?:attn|attention|key|src|tgt|causal)_)*(?:pad(?:ding)?_)?mask"),
    "tgt": re.compile(r"(?:tgt|target|dec|decoder|causal)_(?:(?:attn|attention|key)_)*(?:pad(?:ding)?_)?mask"),
    "memory": re.compile(rf"{_MEMORY}_(?:(?:attn|attention|key)_)*(?:pad(?:ding)?_)?mask"),
}
"""Names of masks, by what they are to hide."""
ARGUMENTS = {
    "sdpa": "attn_mask",
    "multihead_attention": "attn_mask",
    "transformer_encoder": "mask",
    "transformer_encoder_layer": "src_mask",
}
"""What takes a mask of what is attended to."""


class UnreadMask(Rule):
    """A function is given a mask, attends, and never reads the mask."""

    kinds = frozenset({"unread-mask"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        for here in _outwards(scene):
            found = _unread(here)
            if found is not None:
                function = here.call.frames[-1].function
                of = "" if found[1] == "input" else f" of `{found[1]}`"
                message = f"`{found[0]}` is given to `{function}`, and never read: {scene.callee()} hides nothing{of}"
                return replace(here.diagnosis(message), severity="warning", silent=True, exception=None)
        return None

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        name, what = _unread(scene) or ("", "input")
        argument = ARGUMENTS.get(scene.call.op)
        if not name:
            yield Fix("hand the mask on to what attends")
        elif what != "input":
            argument = f"{what}_key_padding_mask" if "pad" in name else f"{what}_mask"
            yield from scene.argument(argument, name, f"mask with `{name}`", evidence=0.7)
        elif argument is None:
            yield Fix(f"mask the scores with `{name}` before the softmax")
        else:
            if "pad" in name and scene.call.op != "sdpa":
                argument = "src_key_padding_mask" if scene.call.op != "multihead_attention" else "key_padding_mask"
            yield from scene.argument(argument, name, f"mask with `{name}`", evidence=0.7)


def _outwards(scene: Scene) -> Iterator[Scene]:
    """Yield a scene as each function sees it that led to the call, the innermost first."""
    frames = scene.call.frames
    for depth in range(len(frames), 1, -1):
        yield scene.at(replace(scene.conflict, call=replace(scene.call, frames=frames[:depth])))


def _unread(scene: Scene) -> tuple[str, str] | None:
    """Return the mask that the function around a call is given and never reads, and what it is to hide."""
    if scene.site is None:
        return None
    unread = sorted(unread_parameters(scene.site.source, scene.site.node))
    beside = {word for name in names_in(scene.site.node) for word in words(name)}
    for what in names(scene.conflict.facts.get("open")):
        for name in unread:
            is_meant = MASKS[what].fullmatch(name) or (MASKS["memory"].fullmatch(name) and name.split("_")[0] in beside)
            if is_meant and is_given(name, scene.call.frames, scene.sources):
                return name, what
    return None
