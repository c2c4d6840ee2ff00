"""Calls that the project itself makes of a module, as inputs: their axes named as those of ideas of the same rank."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

from axiswise.frontends.torch.models.ideas import SIZES
from axiswise.frontends.torch.models.reranking import usual_axes
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.structures import Thought, unbatched
from axiswise.source.evaluating import Unknown
from axiswise.source.examples import Example, Made
from axiswise.source.shape_hints import ShapeHint


def exemplified(
    examples: Sequence[Example],
    function: Any,
    wanted: Sequence[str],
    thought: Thought,
    hints: Mapping[str, ShapeHint],
) -> Iterator[CallSpec]:
    """Yield the calls that examples show: of the parameters that have to be given, then of all that are.

    Args:
        examples: The project's calls.
        function: What is called.
        wanted: Parameters that have to be given.
        thought: Ideas of a tensor, by name.
        hints: What the text says of parameters' shapes: names of axes.
    """
    for example in examples:
        given = _by_name(example, function)
        known = {name: value for name, value in given.items() if not _is_unknown(value)}
        if not all(name in known for name in wanted):
            continue
        needed = {name: known[name] for name in wanted}
        for values in [each for each in (needed, known) if each]:
            sizes: dict[str, int] = {}
            yield CallSpec({name: _spec(name, value, thought, hints, sizes) for name, value in values.items()})


def _by_name(example: Example, function: Any) -> dict[str, Any]:
    """Return what an example gives, by parameter."""
    parameters = list(inspect.signature(function).parameters.values())
    places = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    found = dict(zip(places, example.positional, strict=False))
    rest = example.positional[len(places) :]
    several = next((each.name for each in parameters if each.kind is each.VAR_POSITIONAL), None)
    if rest and several is not None:
        found[f"*{several}"] = tuple(rest)
    return {**found, **example.named}


def _is_unknown(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_unknown, cast("list[Any]", value)))
    if isinstance(value, dict):
        return any(map(_is_unknown, cast("dict[Any, Any]", value).values()))
    return isinstance(value, Unknown)


def _spec(
    name: str, value: Any, thought: Thought, hints: Mapping[str, ShapeHint], sizes: dict[str, int], item: str = ""
) -> Any:
    """Return what is given for a parameter, tensors by their axes."""
    if isinstance(value, (list, tuple)):
        single, listed = name.removesuffix("s"), cast("list[Any]", value)
        if len({each.shape[1:] for each in listed if isinstance(each, Made)}) > 1:  # sizes of their own: no batches
            thought = partial(_unbatched, thought)
        items = [_spec(single, each, thought, hints, sizes, f"{item}_{at}") for at, each in enumerate(listed)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        named = cast("dict[Any, Any]", value).items()
        return {key: _spec(str(key), each, thought, hints, sizes, f"_{key}") for key, each in named}
    if not isinstance(value, Made):
        return value
    axes = tuple(
        _axis(word, size, at, f"{name}{item}", sizes)
        for at, (word, size) in enumerate(zip(_names(name, value, thought, hints), value.shape, strict=True))
    )
    return TensorSpec(value.kind, axes, (value.highest or 1) if value.kind == "Int" else None)


def _unbatched(thought: Thought, name: str) -> Sequence[TensorSpec]:
    return [unbatched(spec) for spec in thought(name)]


def _axis(word: str, size: int, at: int, path: str, sizes: dict[str, int]) -> AxisSpec:
    """Return an axis; one of a name that has another size already goes by the name of its input, too."""
    if not at and word == "batch" and size == 1:
        size = SIZES["batch"]  # torch takes 1 for a constant
    if sizes.setdefault(word, size) != size:
        word = f"{path}_{word}"
        sizes[word] = size
    return AxisSpec(word, size)


def _names(name: str, made: Made, thought: Thought, hints: Mapping[str, ShapeHint]) -> Sequence[str]:
    """Return what the axes of a tensor are called."""
    rank = len(made.shape)
    hint = hints.get(name)
    if hint is not None and len(hint.axes) == rank and all(text.isidentifier() for text in hint.axes):
        return hint.axes
    alike = [spec for spec in thought(name) if len(spec.axes) == rank and all(axis.name for axis in spec.axes)]
    alike.sort(key=lambda spec: spec.kind != made.kind)
    return [axis.name for axis in alike[0].axes] if alike else usual_axes(rank)
