"""The call of a library's function that refused its arguments in Python: constructors and class methods.

No torch function is called there, so nothing was written down. The frames that the exception passed through still hold
what was given: the outermost of the library's is the call that the user spelled, the innermost the one that raised.
"""

from __future__ import annotations

from dataclasses import replace
from types import FrameType
from typing import Any, cast

import torch

from axiswise.facts import AxisUse, Conflict, Frame, LayerRef, OpCall, Trace
from axiswise.frontends.construction import is_setting
from axiswise.frontends.raising import frames_of
from axiswise.frontends.torch.raised import layer_of
from axiswise.frontends.torch.tensors import ref_of
from axiswise.ops.axes import position
from axiswise.source.frames import UserCode, way_of
from axiswise.source.shape_evidence import named_parts, unpacked_within


def refused(error: Exception, read: Conflict, frames: tuple[Frame, ...], user: UserCode) -> Conflict:
    """Return a conflict read from a message, on the call that raised it, as far as that can be read from its frames."""
    inside = _inside(error, user)
    if not inside:
        return _of_parts(error, read, frames, user) if read.kind == "unpack" else read
    running = next((frame for frame in inside if frame.f_code.co_name == "forward" and _module(frame)), None)
    given = _arguments(running or inside[0])
    operands = {name: ref_of(value) for name, value in given.items() if isinstance(value, torch.Tensor)}
    settings = {name: value for name, value in given.items() if is_setting(value)}
    begun = _module(inside[0]) if inside[0].f_code.co_name == "__init__" else None
    layer = LayerRef("", type(begun).__name__, settings, frames) if begun is not None else None
    if running is not None:
        layer = layer_of(error, user.sources)
    op = read.call.op if layer is not None else inside[0].f_code.co_name
    call = OpCall(-1, op, operands, settings, frames=frames, layer=layer)
    name = unpacked_within(error) if read.kind == "unpack" else ""
    first = replace(read.left, operand=name) if read.left is not None and name in operands else read.left
    left, right = _side(first, inside, call), _side(read.right, inside, call)
    facts = {**read.facts, **_results(given)} if read.kind == "tuple" else read.facts
    facts = {**facts, "found": operands[name].rank} if name in operands else facts
    return Conflict(read.kind, call, left, right, facts)


def of_rows(read: Conflict, frames: tuple[Frame, ...], trace: Trace) -> Conflict | None:
    """Return what is said of a tensor that was taken apart along an axis, into more parts than names or fewer.

    Parts of a given size each (facts: share) are as many as the axis has room for: its size is the matter.
    """
    call = trace.calls[-1] if trace.calls else None
    if call is None or call.op not in ("unbind", "split") or not _on_one_line(call.frames, frames):
        return None
    whole, axis = call.operands["input"], position(call.params.get("dim", 0), call.operands["input"].rank)
    told = OpCall(-1, "unpack", {"input": whole}, frames=frames)
    left, share = AxisUse("input", axis, whole.shape[axis]), call.params.get("split_size")
    facts = {**read.facts, "found": len(call.outputs), "axis": axis}
    if call.op == "unbind":
        return Conflict("unpack", told, left, read.right, facts)
    if not isinstance(share, int) or read.right is None:
        return None
    wanted = replace(read.right, size=share * read.right.size)
    return Conflict("unpack", told, left, wanted, {**facts, "share": int(share)})


def _on_one_line(one: tuple[Frame, ...], other: tuple[Frame, ...]) -> bool:
    places = [(each.span.path, each.span.line) for frames in (one, other) for each in frames[-1:]]
    return len(places) == 2 and places[0] == places[1]


def _of_parts(error: Exception, read: Conflict, frames: tuple[Frame, ...], user: UserCode) -> Conflict:
    """Return what is said of too many names, or too few, on the tensors that were to get them."""
    name = named_parts(frames, user.sources)
    held = next((place.tb_frame.f_locals.get(name) for place in way_of(error)[-1:]), None)
    parts: list[Any] = list(cast("Any", held)) if isinstance(held, (tuple, list)) else []
    if not parts or not all(isinstance(each, torch.Tensor) for each in parts):
        return read
    call = OpCall(-1, "unpack", {f"parts.{at}": ref_of(each) for at, each in enumerate(parts)}, frames=frames)
    return Conflict("unpack", call, AxisUse("parts.0", -1, len(parts)), read.right, {**read.facts, "found": len(parts)})


def _results(given: dict[str, Any]) -> dict[str, Any]:
    """Return which argument is a tuple of tensors: its name and its position."""
    for place, (name, value) in enumerate(given.items()):
        if isinstance(value, tuple) and value and isinstance(value[0], torch.Tensor):
            return {"argument": name, "position": place}
    return {}


def _module(frame: FrameType) -> torch.nn.Module | None:
    found = frame.f_locals.get("self")
    return found if isinstance(found, torch.nn.Module) else None


def _inside(error: Exception, user: UserCode) -> list[FrameType]:
    """Return the library's frames inside the user's innermost one, outermost first."""
    _, _, inside = frames_of(error, user)
    return [frame for frame in inside if not str(frame.f_globals.get("__name__", "")).startswith("axiswise")]


def _arguments(frame: FrameType) -> dict[str, Any]:
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {name: frame.f_locals[name] for name in names if name in frame.f_locals and name not in ("self", "cls")}


def _side(use: AxisUse | None, inside: list[FrameType], call: OpCall) -> AxisUse | None:
    """Return a side of the conflict in the words of the call that the user spelled."""
    if use is None:
        return None
    if use.param:
        value = inside[-1].f_locals.get(use.param)
        if not isinstance(value, int):
            return use
        alike = [name for name, each in call.params.items() if each is value]
        name = use.param if use.param in call.params else next(iter(alike), "")
        return replace(use, size=int(value), param=name or use.param)
    if use.operand in call.operands and use.axis < 0:
        return replace(use, size=call.operands[use.operand].rank)
    if use.operand and use.operand not in call.operands and len(call.operands) == 1:
        role, ref = next(iter(call.operands.items()))
        return replace(use, operand=role, size=ref.rank if use.axis < 0 else use.size)
    return use
