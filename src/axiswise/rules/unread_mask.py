from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.rule import Rule
from axiswise.source.arguments import is_given
from axiswise.source.scene import Scene
from axiswise.source.unread import unread_parameters

MASKS = re.compile(r"(?:(?:attn|attention|key|src|tgt|causal)_)*(?:pad(?:ding)?_)?mask")
"""Names of masks of what is attended to."""
ARGUMENTS = {
    "sdpa": "attn_mask",
    "multihead_attention": "attn_mask",
    "transformer_encoder": "mask",
    "transformer_encoder_layer": "src_mask",
}


class UnreadMask(Rule):
    """A function is given a mask, attends, and never reads the mask."""

    kinds = frozenset({"unread-mask"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        name = _unread(scene)
        if name is None:
            return None
        function = scene.call.frames[-1].function
        found = scene.diagnosis(f"`{name}` is given to `{function}`, and never read: {scene.callee()} hides nothing")
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        name = _unread(scene) or "the mask"
        argument = ARGUMENTS.get(scene.call.op)
        if argument is None:
            yield Fix(f"mask the scores with `{name}` before the softmax")
            return
        if "pad" in name and scene.call.op != "sdpa":
            argument = "src_key_padding_mask" if scene.call.op != "multihead_attention" else "key_padding_mask"
        yield from scene.argument(argument, name, f"mask with `{name}`", evidence=0.7)


def _unread(scene: Scene) -> str | None:
    """Return the parameter for a mask that the function around a call never reads, and is given something for."""
    if scene.site is None:
        return None
    unread = sorted(unread_parameters(scene.site.source, scene.site.node))
    masks = (name for name in unread if MASKS.fullmatch(name))
    return next((name for name in masks if is_given(name, scene.call.frames, scene.sources)), None)
