"""What an experiment showed, as a conflict: the call where it begins, and the evidence."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import CodeType
from typing import Any

import torch

from axiswise.facts import Conflict, Frame, LayerRef, OpCall
from axiswise.frontends.torch.audit.meeting import Effect
from axiswise.frontends.torch.audit.recognising import kinds_within
from axiswise.frontends.torch.audit.watching import Event, Place, reference
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

CONTAINERS = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)


def conflict_of(
    kind: str,
    effect: Effect,
    place: Place | None,
    model: torch.nn.Module,
    user: UserCode,
    sources: Sources,
    facts: Mapping[str, Any],
) -> Conflict:
    """Return a conflict of a kind for what an intervention showed."""
    told = {
        "changed": effect.changed,
        "moved": f"{effect.moved.path}[{', '.join(map(str, effect.moved.index))}]",
        "amount": effect.moved.amount,
        "before": effect.moved.before,
        "after": effect.moved.after,
        "own": effect.own,
        **facts,
    }
    if place is None:
        call = OpCall(-1, "module", {}, frames=_defined(model, sources), spelled=type(model).__name__)
        return Conflict(kind, call, facts=told)
    told |= {"module": place.module.path, "class": place.module.name}
    if place.operation is not None:
        return Conflict(kind, _operation(place, user), facts=told)
    return Conflict(kind, _module(place.module, model, user, sources), facts=told)


def _operation(place: Place, user: UserCode) -> OpCall:
    event = place.operation
    assert event is not None
    assert event.call is not None
    outputs = tuple(reference(tensor, 100 + at) for at, tensor in enumerate(event.outputs))
    within = ((place.module.path, place.module.name),)
    return replace(event.call, outputs=outputs, frames=event.frames(user), within=within)


def _module(event: Event, model: torch.nn.Module, user: UserCode, sources: Sources) -> OpCall:
    """Return the call of a submodule, or of the layer around it that the user's own line calls."""
    parts = event.path.split(".")
    prefixes = (".".join(parts[: length + 1]) for length in range(len(parts)))
    path = next((each for each in prefixes if _is_layer(model.get_submodule(each))), event.path)
    layer = model.get_submodule(path)
    params = {
        name: getattr(each, name)
        for _, each in reversed(kinds_within(layer))
        for name in ("batch_first", "bidirectional", "dim")
        if isinstance(getattr(each, name, None), (bool, int))
    }
    frames = event.frames(user)
    owner = model.get_submodule(path.rpartition(".")[0]) if path else model
    if not frames:
        frames = _defined(model, sources)
    operands = {f"input{at or ''}": reference(tensor, at) for at, tensor in enumerate(event.inputs)}
    outputs = tuple(reference(tensor, 100 + at) for at, tensor in enumerate(event.outputs))
    built = _built(layer, path, owner, model, sources, "batch_first" if "batch_first" in params else "")
    direct = not isinstance(owner, CONTAINERS)
    named = LayerRef(path or type(model).__name__, type(layer).__name__, {}, built, direct)
    layer_ref = named if _is_library(layer) and path else None
    return OpCall(
        -1, type(layer).__name__, operands, params, outputs, frames, layer_ref, ((path, event.name),), event.name
    )


def _is_layer(module: torch.nn.Module) -> bool:
    """Return whether a module is a layer of torch's own, and no container of the user's layers."""
    return _is_library(module) and not isinstance(module, CONTAINERS)


def _is_library(module: torch.nn.Module) -> bool:
    return type(module).__module__.startswith("torch.")


def _defined(model: torch.nn.Module, sources: Sources) -> tuple[Frame, ...]:
    """Return the line that begins a model's `forward`; nothing of one of torch's own."""
    code: CodeType | None = getattr(inspect.unwrap(type(model).forward), "__code__", None)
    source = sources.file(code.co_filename) if code is not None and not _is_library(model) else None
    if code is None or source is None:
        return ()
    line = code.co_firstlineno
    beginnings = (
        at for at in range(line, len(source.lines) + 1) if re.match(r"\s*(?:async )?def ", source.lines[at - 1])
    )
    line = next(beginnings, line)
    return (Frame(source.line_span(line), "forward"),)


def _takes(layer: torch.nn.Module, setting: str) -> bool:
    """Return whether a layer's constructor takes a setting that it or a part of it holds."""
    parameters = inspect.signature(type(layer).__init__).parameters
    is_open = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    return (setting in parameters or is_open) and any(hasattr(part, setting) for part in layer.modules())


def _built(
    layer: torch.nn.Module, path: str, owner: torch.nn.Module, model: torch.nn.Module, sources: Sources, setting: str
) -> tuple[Frame, ...]:
    """Return the constructor call of a layer: the only call of its class, or of the class inside it that takes a
    setting, in the class that owns it or in the model's file."""
    while isinstance(owner, CONTAINERS) and path:
        path = path.rpartition(".")[0]
        owner = model.get_submodule(path.rpartition(".")[0])
    kinds = {name for name, each in kinds_within(layer) if not setting or _takes(each, setting)}
    file = getattr(sys.modules.get(type(owner).__module__), "__file__", None)
    code = getattr(getattr(type(owner), "forward", None), "__code__", None)
    source = sources.file(code.co_filename if code is not None and not _is_library(owner) else file or "")
    if source is None:
        return ()
    scopes = [
        node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) and node.name == type(owner).__name__
    ]
    scope: ast.AST = scopes[0] if scopes else source.tree
    calls = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in kinds
    ]
    attribute = path.rpartition(".")[2]
    assigned = [
        node
        for each in ast.walk(scope)
        if isinstance(each, ast.Assign) and any(ast.unparse(target) == f"self.{attribute}" for target in each.targets)
        for node in ast.walk(each.value)
        if node in calls
    ]
    chosen = assigned or calls
    return (Frame(source.span(chosen[0]), "__init__"),) if len(chosen) == 1 else ()
