"""Stored parameters put into a model: a shape that differs is a failed call with both tensors as its operands.

What torch copied before it raised stays copied, and the program goes on as if the rest had been loaded too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch.nn.modules.module import _IncompatibleKeys  # pyright: ignore[reportPrivateUsage]

from axiswise.facts import AxisUse, Conflict, Failure, OpCall
from axiswise.frontends.messages import read_message
from axiswise.frontends.torch.tensors import ref_of
from axiswise.frontends.torch.tracer import Tracer
from axiswise.source.handling import is_handled


def install(tracer: Tracer) -> None:
    """Put the stand-in for `Module.load_state_dict` in place."""
    load = torch.nn.Module.load_state_dict

    def load_state_dict(self: torch.nn.Module, state_dict: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        try:
            return load(self, state_dict, *args, **kwargs)
        except RuntimeError as error:
            conflict = _mismatch(tracer, self, state_dict, str(error))
            if conflict is None or tracer.raising or is_handled(tracer.user, frame, error):
                raise
            conflict.call.frames = tracer.user.frames(frame)
            failure = Failure(type(error).__name__, str(error), conflict.call, conflict.call.frames, (conflict,))
            tracer.trace.failures.append(failure)
            tracer.on_failure()
            return _IncompatibleKeys([], [])

    torch.nn.Module.load_state_dict = load_state_dict


def _mismatch(tracer: Tracer, model: torch.nn.Module, stored: Mapping[str, Any], message: str) -> Conflict | None:
    """Return the first parameter that torch refused, or None where its message is of something else."""
    read = read_message("RuntimeError", message)
    name = read.facts.get("name") if read is not None else None
    if read is None or not isinstance(name, str) or not isinstance(stored.get(name), torch.Tensor):
        return None
    path, _, own = name.rpartition(".")
    owner = model.get_submodule(path)
    parameter = getattr(owner, own, None)
    if not isinstance(parameter, torch.Tensor):
        return None
    layer = replace(tracer.modules.ref(owner), path=path)
    operands = {"stored": ref_of(stored[name]), "parameter": ref_of(parameter)}
    call = OpCall(-1, "load_state_dict", operands, layer=layer, spelled="torch.nn.Module.load_state_dict")
    right = read.right
    if right is not None and right.axis >= 0:
        right = _given(right, layer.settings)
    return Conflict(read.kind, call, read.left, right, read.facts)


def _given(use: AxisUse, settings: Mapping[str, Any]) -> AxisUse:
    """Return a parameter's axis with the constructor argument that gave its size, where only one has that size."""
    names = [name for name, value in settings.items() if type(value) is not bool and value == use.size]
    return replace(use, param=names[0]) if len(names) == 1 else use
