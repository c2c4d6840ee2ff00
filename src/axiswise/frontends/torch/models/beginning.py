"""What a search for inputs begins with: which parameters are given, and what may be given for each."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from axiswise.frontends.torch.models.ideas import FLAT, is_named, is_target, made
from axiswise.frontends.torch.models.specs import CallSpec, TensorSpec
from axiswise.source.shape_hints import ShapeHint
from axiswise.source.text import SourceFile, Sources

Function = ast.FunctionDef | ast.AsyncFunctionDef


def forward_of(model: Any) -> Any:
    """Return the function that a call of a module, or of a function, runs."""
    return model.forward if isinstance(model, torch.nn.Module) else model


def takes(model: Any, name: str) -> bool:
    """Return whether a module or a function can be given an argument of a name."""
    try:
        parameters = inspect.signature(forward_of(model)).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(each.kind is each.VAR_KEYWORD for each in parameters.values())


def parameters_of(function: Any, given: Mapping[str, ShapeHint]) -> list[str] | None:
    """Return the parameters that have to be given or are; one of any number of positional ones as `*args`."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    found: list[str] = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            found += [f"*{name}"] if not found and not given else []
        elif parameter.kind is parameter.VAR_KEYWORD:
            found += [each for each in given if each not in signature.parameters]
        elif parameter.default is parameter.empty or name in given:
            found.append(name)
    return found


def written(function: Any, sources: Sources) -> tuple[SourceFile | None, Function | None]:
    """Return a function's file and its syntax tree, where they are at hand."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    source = sources.file(code.co_filename) if code is not None else None
    if source is None or code is None:
        return None, None
    functions = (
        node
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and code.co_firstlineno in (node.lineno, *(each.lineno for each in node.decorator_list))
    )
    return source, next(functions, None)


def compared_first(
    choices: Mapping[str, Sequence[Any]], layers: Sequence[torch.nn.Module]
) -> Mapping[str, Sequence[Any]]:
    """Return the choices of a loss, what is held against its targets by classes first: it has no weights of its own."""
    if any(True for each in layers[:1] for _ in each.parameters()) or not any(map(is_target, choices)):
        return choices
    flat = made("Float", FLAT)
    open_to_all = {name for name, found in choices.items() if not is_named(name) and not _is_told(found)}
    return {
        name: sorted(found, key=lambda each: each != flat) if name in open_to_all else found
        for name, found in choices.items()
    }


def _is_told(found: Sequence[Any]) -> bool:
    return any(isinstance(each, TensorSpec) and each.told for each in found)


def combined(choices: Mapping[str, Sequence[Any]]) -> Iterator[CallSpec]:
    """Yield calls with one choice for each parameter, those with likely choices throughout first."""
    names = list(choices)
    widest = max((len(found) for found in choices.values()), default=0)
    yield _call(choices, dict.fromkeys(names, 0))
    for level in range(1, widest):
        for name in names:  # one parameter at a time takes its next idea
            if level < len(choices[name]):
                yield _call(choices, {**dict.fromkeys(names, 0), name: level})
        if all(level < len(found) for found in choices.values()) and len(names) > 1:
            yield _call(choices, dict.fromkeys(names, level))


def _call(choices: Mapping[str, Sequence[Any]], taken: Mapping[str, int]) -> CallSpec:
    given: dict[str, Any] = {}
    for name, at in taken.items():
        given[name] = (choices[name][at],) if name.startswith("*") else choices[name][at]
    call = in_step(CallSpec(given))
    return call.resized(call.sizes())


def in_step(call: CallSpec) -> CallSpec:
    """Return a call whose masks are as long as what they mask by name: `text_mask` of `text`."""
    arguments = dict(call.arguments)
    for name, mask in call.arguments.items():
        if isinstance(mask, TensorSpec) and name.endswith("mask") and _are(mask, 2) and mask.kind == "Bool":
            masked = _masked(name, call)
            if masked is not None:
                arguments[name] = replace(mask, axes=(mask.axes[0], masked.axes[1]))
    return replace(call, arguments=arguments)


def _masked(name: str, call: CallSpec) -> TensorSpec | None:
    """Return what a mask's first word names: ids, or a series of vectors."""
    word = name.partition("_")[0]
    for other, spec in call.arguments.items():
        if other != name and other.partition("_")[0] == word and isinstance(spec, TensorSpec):
            if _are(spec, 3) or (_are(spec, 2) and spec.kind == "Int"):
                return spec
    return None


def _are(spec: TensorSpec, rank: int) -> bool:
    return len(spec.axes) == rank and spec.axes[0].is_batch


def offered(said: Sequence[TensorSpec], thoughts: Sequence[Any]) -> list[Any]:
    """Return what a text says of a parameter, then what it may be where the text is out of date: of another rank."""
    ranks = {len(each.axes) for each in said}
    others = (each for each in thoughts if not isinstance(each, TensorSpec) or len(each.axes) not in ranks)
    return [*said, *others] if said else list(thoughts)
