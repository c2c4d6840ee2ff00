"""What a layer says of its input: another width, another number of axes, channels left open, a window too large."""

from __future__ import annotations

import re

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, layered, rank, size
from axiswise.frontends.messages.wording import UNKNOWN_SIZE, Family

family = Family()

_RECURRENT = {"lstm": "lstm", "gru": "gru", "simple_rnn": "rnn", "rnn": "rnn", "bidirectional": "rnn"}
_NORMS = ("batch_normalization", "layer_normalization", "group_normalization", "normalization")
_CHANNELS = {"channel_axis": -1}
"""Keras puts the channels last unless it is told otherwise."""


def _ranked(op: str, found: int, *allowed: int | str, shape: Shape | None) -> Conflict:
    """Return the conflict of a layer's input with a number of axes that it does not take."""
    ranked = rank(op, "input", found, *allowed, shape=shape)
    ranked.call.params = _CHANNELS
    return ranked


def kind_of(layer: str) -> str:
    """Return the kind of a layer by the name that Keras gives it: `conv2d` for `conv2d_3`, `dense` for `Dense`."""
    return re.sub(r"_\d+$", "", re.sub(r"(?<=[a-z\d])(?=[A-Z][a-z])", "_", layer).lower().rpartition("/")[2])


def op_of(layer: str) -> str:
    """Return the op word of a layer by its name; a dense layer's where the name says nothing."""
    kind = kind_of(layer)
    if "conv" in kind:
        axes = next((digit for digit in "123" if digit in kind), "2")
        return f"conv_transpose{axes}d" if "transpose" in kind else f"conv{axes}d"
    if "pool" in kind:
        axes = next((digit for digit in "123" if digit in kind), "2")
        return f"{'max' if 'max' in kind else 'avg'}_pool{axes}d"
    if kind in _NORMS:
        return "layer_norm" if kind == "layer_normalization" else "batch_norm"
    return "embedding" if kind == "embedding" else _RECURRENT.get(kind, "linear")


@family.reads(
    "Input {place:int} with name '{given:text}' of layer '{name:word}' is incompatible with the layer: expected axis "
    "{axis:int} of input shape to have value {built:int}, but received input with shape {shape:shape}",
    'Input {place:int} of layer "{name:word}" is incompatible with the layer: expected axis {axis:int} of input shape '
    "to have value {built:int}, but received input with shape {shape:shape}",
    "Input {place:int} of layer {name:word} is incompatible with the layer: expected axis {axis:int} of input shape to "
    "have value {built:int} but received input with shape {shape:shape}",
    "Input {place:int} is incompatible with layer {name:word}: expected axis {axis:int} of input shape to have value "
    "{built:int} but got shape {shape:shape}",
)
def width(place: int, name: str, axis: int, built: int, shape: Shape, given: str = "") -> Conflict | None:
    if not -len(shape) <= axis < len(shape):
        return None
    at, op = axis % len(shape), op_of(name)
    left = size("input", at, shape[at])
    if op.startswith("conv"):
        channels = size("", -1, built, "in_channels")
        return layered(conflict("channels", op, {"input": shape}, left, channels, _CHANNELS), name, kind_of(name))
    kind = "features" if op not in ("linear", "embedding") else "contraction"
    built_for = size("", -1, built, "features") if kind == "features" else size("weight", 1, built)
    shapes = {"input": shape} if kind == "features" else {"input": shape, "weight": (UNKNOWN_SIZE, built)}
    op = "linear" if kind == "contraction" else op
    return layered(conflict(kind, op, shapes, left, built_for), name, kind_of(name))


@family.reads(
    "Input {place:int} with name '{given:text}' of layer '{name:word}' is incompatible with the layer: expected "
    "ndim={wanted:int}, found ndim={found:int}. Full shape received: {shape:shape}",
    'Input {place:int} of layer "{name:word}" is incompatible with the layer: expected ndim={wanted:int}, found '
    "ndim={found:int}. Full shape received: {shape:shape}",
    "Input {place:int} of layer {name:word} is incompatible with the layer: expected ndim={wanted:int}, found "
    "ndim={found:int}. Full shape received: {shape:shape}",
    "Input {place:int} is incompatible with layer {name:word}: expected ndim={wanted:int}, found ndim={found:int}",
)
def exact_rank(place: int, name: str, wanted: int, found: int, shape: Shape | None = None, given: str = "") -> Conflict:
    return layered(_ranked(op_of(name), found, wanted, shape=shape), name, kind_of(name))


@family.reads(
    "Input {place:int} with name '{given:text}' of layer '{name:word}' is incompatible with the layer: expected "
    "min_ndim={wanted:int}, found ndim={found:int}. Full shape received: {shape:shape}",
    'Input {place:int} of layer "{name:word}" is incompatible with the layer: expected min_ndim={wanted:int}, found '
    "ndim={found:int}. Full shape received: {shape:shape}",
    "Input {place:int} of layer {name:word} is incompatible with the layer: expected min_ndim={wanted:int}, found "
    "ndim={found:int}. Full shape received: {shape:shape}",
    "Input {place:int} is incompatible with layer {name:word}: expected min_ndim={wanted:int}, found ndim={found:int}",
)
def least_rank(place: int, name: str, wanted: int, found: int, shape: Shape | None = None, given: str = "") -> Conflict:
    return layered(_ranked(op_of(name), found, f"{wanted} or more", shape=shape), name, kind_of(name))


@family.reads(
    "Kernel shape must have the same length as input, but received kernel of shape {kernel:shape} and input of shape "
    "{shape:shape}"
)
def kernel_rank(kernel: Shape, shape: Shape) -> Conflict:
    return _ranked(f"conv{max(len(kernel) - 2, 1)}d", len(shape), len(kernel), shape=shape)


@family.reads(
    "`TimeDistributed` Layer should be passed an `input_shape` with at least {wanted:int} dimensions, received: "
    "{shape:shape}"
)
def over_time(wanted: int, shape: Shape) -> Conflict:
    found = rank("linear", "input", len(shape), f"{wanted} or more", shape=shape)
    return layered(found, "TimeDistributed", "time_distributed")


@family.reads(
    "Invalid input shape for input {data:text} with name '{name:text}' and path '{path:text}'. Expected shape "
    "{wanted:shape}, but input has incompatible shape {found:shape}",
    "Model was constructed with shape {wanted:shape} for input {data:text}, but it was called on an input with "
    "incompatible shape {found:shape}",
    "Input {place:int} is incompatible with layer {name:word}: expected shape={wanted:shape}, found "
    "shape={found:shape}",
    'Input {place:int} of layer "{name:word}" is incompatible with the layer: expected shape={wanted:shape}, found '
    "shape={found:shape}",
    "Error when checking {role:word}: expected {name:word} to have shape {wanted:shape} but got array with shape "
    "{found:shape}",
    "Error when checking : expected {name:word} to have shape {wanted:shape} but got array with shape {found:shape}",
    "Error when checking model input: expected {name:word} to have shape {wanted:shape} but got array with shape "
    "{found:shape}",
)
def whole(
    wanted: Shape, found: Shape, name: str = "", data: str = "", path: str = "", place: int = 0, role: str = "input"
) -> Conflict | None:
    if role in ("target", "model_target"):
        return _checked_target(name, wanted, found)
    shapes, name = {"input": found, "declared.0": wanted}, name if name and not data else "model"
    if len(wanted) != len(found):
        sides = size("input", -1, len(found)), size("declared.0", -1, len(wanted))
        missing = "batch" if found == wanted[1:] else ""
        return layered(conflict("declared", "model", shapes, *sides, missing=missing), name, "model")
    axis = next((at for at, (a, b) in enumerate(zip(wanted, found, strict=True)) if a != b and a >= 0), None)
    if axis is None:
        return None
    sides = size("input", axis, found[axis]), size("declared.0", axis, wanted[axis])
    return layered(conflict("declared", "model", shapes, *sides), name, "model")


@family.reads(
    "Error when checking {role:word}: expected {name:word} to have {wanted:int} dimensions, but got array with shape "
    "{found:shape}"
)
def dimensions(role: str, name: str, wanted: int, found: Shape) -> Conflict:
    if role == "target":
        return conflict(
            "target-rank", "loss", {"target": found}, size("target", -1, len(found)), None, allowed=(wanted,)
        )
    return layered(rank("model", "input", len(found), wanted, shape=found), name, "model")


def _checked_target(name: str, wanted: Shape, found: Shape) -> Conflict | None:
    shapes = {"input": wanted, "target": found}
    if wanted == found:
        return None
    axis = next((at for at, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b and a >= 0), None)
    if len(wanted) != len(found) or axis is None:
        return conflict("target", "loss", shapes, size("input", -1, len(wanted)), size("target", -1, len(found)))
    return conflict("target", "loss", shapes, size("input", axis, wanted[axis]), size("target", axis, found[axis]))


@family.reads(
    "Computed output size would be zero or negative. Received `inputs shape={shape:shape}`, `kernel "
    "shape={kernel:shape}`, `dilation_rate={dilation:shape}`, `strides={strides:shape}`, `padding={padding:word}`",
    "Computed output size would be zero or negative. Received: `inputs.shape={shape:shape}`, "
    "`pool_size={kernel:shape}`, `strides={strides:shape}`, `padding={padding:word}`",
    "One of the dimensions in the output is <= 0 due to downsampling in {name:word}. Consider increasing the input "
    "size. Received input shape {shape:shape}",
)
def window(
    shape: Shape,
    kernel: Shape = (),
    dilation: Shape = (),
    strides: Shape = (),
    padding: str = "",
    name: str = "",
) -> Conflict:
    spatial = max(len(shape) - 2, 0)
    op = f"conv{spatial}d" if len(kernel) > spatial or name.startswith("conv") else f"max_pool{spatial}d"
    spread = tuple(
        (length - 1) * (dilation[at] if at < len(dilation) and dilation[at] > 0 else 1) + 1
        for at, length in enumerate(kernel[:spatial])
    )
    axis = next((at for at, length in enumerate(spread) if length > shape[at + 1] >= 0), None)
    if axis is None:
        return conflict("window", op, {"input": shape}, size("input", -1, -1))
    return conflict(
        "window",
        op,
        {"input": shape},
        size("input", axis + 1, shape[axis + 1]),
        size("", -1, spread[axis], "kernel_size"),
    )


@family.reads(
    "Negative dimension size caused by subtracting {kernel:int} from {length:int} for {node:text} with input shapes: "
    "{shape:shape}",
    "Negative dimension size caused by subtracting {kernel:int} from {length:int}",
)
def negative(kernel: int, length: int, node: str = "", shape: Shape = ()) -> Conflict:
    spatial = len(shape) - 2 if len(shape) > 2 else 2
    word = "max_pool" if "pool" in node.lower() else "conv"
    axis = next((at for at in range(1, len(shape)) if shape[at] == length), -1)
    shapes = {"input": shape} if shape else {}
    right = size("", -1, kernel, "kernel_size")
    return conflict("window", f"{word}{spatial}d", shapes, size("input", axis, length), right)


@family.reads(
    "The channel dimension of the inputs should be defined. The input_shape received is {shape:shape}, where axis "
    "{axis:int} (0-based) is the channel dimension",
    "The channel dimension of the inputs should be defined. Found `None`",
    "The channel dimension of the inputs to `{name:word}` should be defined. Found `None`",
)
def open_channels(shape: Shape = (), axis: int = -1, name: str = "") -> Conflict:
    shapes = {"input": shape} if shape else {}
    return conflict("channels", "conv2d", shapes, size("input", axis, UNKNOWN_SIZE), None, _CHANNELS, is_open=True)


@family.reads(
    "The last dimension of the inputs to a Dense layer should be defined. Found None. Full input shape received: "
    "{shape:shape}",
    "The last dimension of the inputs to `Dense` should be defined. Found `None`",
    "Shapes used to initialize variables must be fully-defined (no `None` dimensions). Received: shape={weight:shape} "
    "for variable path='{name:word}/kernel'",
)
def open_features(shape: Shape = (), weight: Shape = (), name: str = "Dense") -> Conflict:
    left = size("input", len(shape) - 1, UNKNOWN_SIZE)
    return layered(
        conflict("contraction", "linear", {"input": shape} if shape else {}, left, None, is_open=True), name, "dense"
    )


@family.reads(
    "The number of input channels must be evenly divisible by the number of groups. Received groups={groups:int}, but "
    "the input has {channels:int} channels (full input shape is {shape:shape})",
    "Number of groups ({groups:int}) must be a multiple of the number of channels ({channels:int})",
    "The number of filters must be evenly divisible by the number of groups. Received: groups={groups:int}, "
    "filters={channels:int}",
)
def groups(groups: int, channels: int, shape: Shape = ()) -> Conflict:
    shapes = {"input": shape} if shape else {}
    return conflict("groups", "", shapes, size("input", -1, channels), size("", -1, groups, "groups"))


@family.reads("input depth must be evenly divisible by filter depth: {found:int} vs {built:int}")
@family.reads("Depth of input ({found:int}) is not a multiple of input depth of filter ({built:int})")
@family.reads("number of input channels does not match corresponding dimension of filter, {found:int} != {built:int}")
def channels(found: int, built: int) -> Conflict:
    return conflict("channels", "conv2d", {}, size("input", -1, found), size("", -1, built, "in_channels"), _CHANNELS)
