"""What a call's layer is called: as the user's own code reaches it."""

from __future__ import annotations

from axiswise.facts import OpCall
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources


def layer_name(sources: Sources, call: OpCall) -> str:
    """Return a name for the call's layer (`fc1`, `net[2]`, `encoder.layers[3].attn`), or the op word if it has none."""
    layer = call.layer
    if layer is None:
        return call.op
    if layer.inside:
        site = CallSite.at(sources, call.frames[-1] if call.frames else None)
        if site is not None and site.call is not None:
            return site.callee() + indexed(layer.inside)
    return indexed(layer.path).lstrip(".") if layer.path else layer.kind


def indexed(path: str) -> str:
    """Return a module's path as code that reaches it: `.encoder[3].attn` for `encoder.3.attn`."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))
