"""What is meant to be so: modules in which examples meet on purpose, and modules that are to be causal."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from typing import Any

import torch
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

from axiswise.frontends.torch.audit.layout import Layout
from axiswise.frontends.torch.audit.leaves import named
from axiswise.frontends.torch.audit.meeting import Batch
from axiswise.frontends.torch.audit.watching import Event, Place, submodules
from axiswise.silent.writing import NOT_CAUSAL, is_named_causal
from axiswise.source.shape_hints import shape_hints
from axiswise.source.text import Sources

CHOOSING = frozenset({"where", "masked_fill"})
"""Operations on each element by itself: what meets first in one met in its condition, where it may not show."""
RECURRENT = frozenset({"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"})
_MEETING = re.compile(
    r"(?:mini)?batch(?!_?first|ed|_?size)|contrast|mix_?up|cut_?mix|whiten|decorrelat|sinkhorn|inter_?sample|cross_?sample",
    re.I,
)
_BATCH_NAME = re.compile(r"n|b|bs|bsz|nb|.*batch.*|num_(?:samples|examples)", re.I)
_RANKS: dict[str, int] = {
    **{f"{kind}{dims}d": dims + 2 for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool") for dims in (1, 2, 3)},
    **dict.fromkeys(("RNN", "LSTM", "GRU", "MultiheadAttention", "TransformerEncoder", "TransformerEncoderLayer"), 3),
    **dict.fromkeys(("TransformerDecoder", "TransformerDecoderLayer", "Transformer"), 3),
}
"""Axes of the input that a layer takes for a batch; one less is a single example."""


def rightful(module: torch.nn.Module, place: Place | None) -> str:
    """Return why examples may meet at a place, in words; empty where nothing says so."""
    if place is None:
        return ""
    event = place.module
    found = module.get_submodule(event.path)
    around = module.get_submodule(event.path.rpartition(".")[0]) if event.path else found
    name = f"`{event.path}` ({event.name})" if event.path else event.name
    if isinstance(found, _BatchNorm):
        return f"{name} keeps no running statistics and takes those of the batch"
    if _MEETING.search(event.name) or (around is not module and _MEETING.search(type(around).__name__)):
        return f"{name} says in its name that it looks at the whole batch"
    if ".ao." in type(found).__module__ or "quant" in type(found).__module__:
        return f"{name} scales by the largest number of the batch to quantise"
    dirty = (place.operation or event).outputs[0]
    is_number = dirty.dtype.is_floating_point or dirty.dtype.is_complex
    call = place.operation.call if place.operation is not None else None
    is_choice = call is not None and call.op in CHOOSING
    if is_choice or not is_number or (not dirty.dtype.is_complex and bool((dirty == dirty.round()).all())):
        return f"{name} makes whole numbers of the whole batch, as routing and packing do"
    return ""


def single(batch: Batch, events: Iterable[Event], place: Place | None) -> str:
    """Return why what looks like a batch is none, in words; empty where nothing says so."""
    known = batch.known
    tensors = named(known.inputs)
    for event in events:
        wanted = _RANKS.get(event.name)
        if wanted is not None and event.inputs and event.inputs[0].ndim == wanted - 1:
            if known.count in event.inputs[0].shape[:1]:
                return f"`{event.path or event.name}` takes its input for a single one, without a batch axis"
    flat = all(each.ndim <= 1 + each.dtype.is_floating_point for each in (tensors[path] for path in known.data))
    if flat and place is not None:
        event = place.operation or place.module
        if any(list(each.shape).count(known.count) > 1 for each in event.outputs):
            return "each row is compared with every other: the rows look like the steps of one sequence"
    return ""


def is_flat(known: Layout) -> bool:
    """Return whether the inputs have no axis that could be the time: they may be one sequence without a batch."""
    tensors = named(known.inputs)
    return all(each.ndim <= 1 + each.dtype.is_floating_point for each in (tensors[path] for path in known.data))


def lone(known: Layout, *, sure: bool) -> str:
    """Return why flat inputs may be one example, in words; empty where they are `sure` to be rows of a batch."""
    tensors = named(known.inputs)
    if all(tensors[path].ndim == 1 for path in known.data):
        return "the numbers of its input may be one example, without a batch axis; `batch_axis=0` judges them"
    return "" if sure else "the rows of its input may be the steps of one sequence"


def batch_axis(module: torch.nn.Module, batch: Batch, other: Batch, sources: Sources) -> int | None:
    """Return which of the first two axes of the inputs is the batch by evidence, or None where nothing tells.

    Args:
        module: The module.
        batch: What is known with axis 0 as the batch.
        other: The same with axis 1.
        sources: Source files.
    """
    if batch.follows != other.follows:
        return 0 if batch.follows else 1
    tensors = named(batch.known.inputs)
    hinted = hints(module, sources)
    for path in batch.known.data:
        axes = hinted.get(path.partition("[")[0], ())
        if len(axes) >= 2:
            for axis in (0, 1):
                if _BATCH_NAME.fullmatch(axes[axis]):
                    return axis
    told = [path for path in batch.known.batched if tensors[path].ndim == 1]
    others = [path for path in other.known.batched if tensors[path].ndim == 1]
    if bool(told) != bool(others):
        return 0 if told else 1
    firsts = {each.batch_first for each in module.modules() if isinstance(getattr(each, "batch_first", None), bool)}
    return 0 if firsts == {True, False} else None


def hints(module: torch.nn.Module, sources: Sources) -> dict[str, tuple[str, ...]]:
    """Return the axes of `forward`'s parameters, as far as its text names them."""
    code = getattr(inspect.unwrap(type(module).forward), "__code__", None)
    source = sources.file(code.co_filename) if code is not None else None
    if code is None or source is None:
        return {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first == code.co_firstlineno:
                return {name: hint.axes for name, hint in shape_hints(source, node).items()}
    return {}


def is_causal(module: torch.nn.Module, takes_tokens: bool) -> str:
    """Return what says that a module is to be causal, in words; empty where nothing does, or its settings deny it."""
    name = type(module).__name__
    config = getattr(module, "config", None)
    denied = [path for path, said in _settings([("", module), ("", config)]) if not said]
    if denied or NOT_CAUSAL.search(name) or getattr(config, "is_encoder_decoder", False):
        return ""
    inner = _settings(submodules(module)) if takes_tokens else []
    is_denied = bool(inner) and not any(said for _, said in inner)
    if is_named_causal(name, reads_words=takes_tokens):
        return f"`{name}` is named as a causal module" if not is_denied else ""
    return next((f"`{path}` is set" for path, said in inner if said and not path.endswith("is_decoder")), "")


def _settings(parts: Iterable[tuple[str, Any]]) -> list[tuple[str, bool]]:
    """Return the settings of modules that say whether they are causal, by path."""
    return [
        (f"{path}.{attribute}".lstrip("."), getattr(each, attribute))
        for path, each in parts
        for attribute in ("causal", "is_causal", *(("is_decoder",) if path else ()))
        if isinstance(getattr(each, attribute, None), bool)
    ]


def kinds_within(module: torch.nn.Module) -> list[tuple[str, Any]]:
    """Return a layer and the layers in it, by class."""
    return [(type(each).__name__, each) for each in module.modules()]
