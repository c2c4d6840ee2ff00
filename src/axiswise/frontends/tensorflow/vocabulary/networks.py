"""What networks are built of: biases, convolutions, pools, embeddings, losses, loops over steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from axiswise.facts import is_series
from axiswise.frontends.eager.kinds import Arrays, Laid
from axiswise.frontends.eager.vocabulary import Reader, Reading, reader, reads
from axiswise.frontends.signature import bind
from axiswise.frontends.tensorflow.vocabulary.naming import of

_ALIKE, _ONE_HOT = "binary_cross_entropy_with_logits", "one_hot_cross_entropy"
"""The words of losses whose two sides have to have one shape."""

LOSSES: tuple[tuple[str, str, str], ...] = (
    (_ALIKE, "target|labels, input|logits, *rest=None", "nn.sigmoid_cross_entropy_with_logits"),
    (
        _ONE_HOT,
        "target|labels, input|logits, *rest=None",
        "nn.softmax_cross_entropy_with_logits nn.softmax_cross_entropy_with_logits_v2",
    ),
    (_ONE_HOT, "target|onehot_labels, input|logits, *rest=None", "losses.softmax_cross_entropy"),
    (_ALIKE, "target|multi_class_labels, input|logits, *rest=None", "losses.sigmoid_cross_entropy"),
    (
        _ALIKE,
        "target|labels, input|predictions, *rest=None",
        "losses.mean_squared_error losses.absolute_difference losses.huber_loss losses.log_loss",
    ),
)


def _loss(word: str, text: str) -> Reader:
    read = reader(word, text, reduction="none")

    def alike(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        named = {name: value for name, value in kwargs.items() if name not in ("_sentinel", "name", "axis", "dim")}
        reading = read(arrays, args, named)
        return reading if reading is not None and {"input", "target"} <= set(reading.operands) else None

    return alike


def _numbers(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a loss of class numbers, whose class axis is the last."""
    named = {name: value for name, value in kwargs.items() if name != "_sentinel"}
    reading = reader("nll_loss", "target|labels, input|logits, *rest=None", reduction="none")(arrays, args, named)
    if reading is None or not {"input", "target"} <= set(reading.operands):
        return None
    # Class numbers of every whole type are taken.
    reading.operands["target"] = replace(arrays.ref_of(reading.operands["target"]), dtype="int64")
    reading.params["class_axis"] = max(len(arrays.shape_of(reading.operands["input"])) - 1, 0)
    return reading


def _looked_up(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    reading = reader("embedding", "weight|params, input|ids, *rest=None")(arrays, args, kwargs)
    return reading if reading is not None and {"weight", "input"} <= set(reading.operands) else None


def _spatial(value: Any, count: int, last: bool) -> tuple[int, ...] | None:
    """Return a setting for each spatial axis: given as one number, one an axis, or one for batch and channels too."""
    if isinstance(value, int):
        return (value,) * count
    listed: tuple[Any, ...] = tuple(value) if is_series(value) else ()
    if len(listed) == count + 2:
        listed = listed[1:-1] if last else listed[2:]
    return listed * count if len(listed) == 1 else listed if len(listed) == count else None


def _slid(bound: Mapping[str, Any], count: int) -> dict[str, Any] | None:
    """Return the settings that convolutions and pools share, or None for borders that are listed one by one."""
    padding = str(bound["padding"]).upper()
    last = not str(bound.get("data_format") or "N..C").upper().startswith("NC")
    strides = _spatial(bound.get("strides"), count, last)
    dilations = _spatial(bound.get("dilations") or 1, count, last)
    if padding not in ("SAME", "VALID") or strides is None or dilations is None:
        return None
    filled = "fill" if padding == "SAME" else 0
    return {"strides": strides, "dilation_rate": dilations, "padding": filled, "channels_last": last}


def _convolution(count: int) -> Reader:
    rest = "data_format='', dilations=None, name?"
    short = f"input, weight|filters|filter, strides|stride, padding, {rest}"
    long = f"input, weight|filters|filter, strides|stride, padding, use_cudnn_on_gpu, {rest}"

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        is_long = len(args) > 4 and isinstance(args[4], bool)
        bound = bind(long if is_long else short, args, kwargs)
        if bound is None or any(arrays.kind_of(bound[role]) is None for role in ("input", "weight")):
            return None
        settings, kernel = _slid(bound, count), arrays.shape_of(bound["weight"])
        if settings is None or len(kernel) != count + 2:
            return None
        data, inner, outer = arrays.shape_of(bound["input"]), kernel[-2], kernel[-1]
        channels = data[-1 if settings["channels_last"] else 1] if len(data) > 1 else inner
        is_grouped = inner and channels > inner and channels % inner == 0 and outer % (channels // inner) == 0
        weight = Laid(bound["weight"], (count + 1, count, *range(count)))
        params = {**settings, "kernel_size": kernel[:-2], "groups": channels // inner if is_grouped else 1}
        return Reading(f"conv{count}d", {"input": bound["input"], "weight": weight}, params)

    return read


def _pool(op: str, count: int) -> Reader:
    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind("input|value, ksize, strides, padding, data_format='', name?", args, kwargs)
        if bound is None or arrays.kind_of(bound["input"]) is None:
            return None
        settings = _slid(bound, count)
        window = _spatial(bound["ksize"], count, settings["channels_last"]) if settings is not None else None
        if settings is None or window is None or len(arrays.shape_of(bound["input"])) != count + 2:
            return None
        settings.pop("dilation_rate")
        return Reading(f"{op}_pool{count}d", {"input": bound["input"]}, {**settings, "pool_size": window})

    return read


def _unrolled(text: str, first: int) -> Reader:
    """Return a reader of a loop over the steps of sequences; lengths given as numbers are an array as well.

    `first`: at which place of the call the sequences stand.
    """

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        if bound is None or arrays.kind_of(bound["input"]) is None:
            return None
        params = {"places": {"input": first, "lengths": first + 1}}
        reading, lengths = Reading("unroll", {"input": bound["input"]}, params), bound["lengths"]
        if lengths is not None:
            reading.operands["lengths"] = lengths if arrays.kind_of(lengths) is not None else np.asarray(lengths)
        return reading

    return read


def _asking(op: str, text: str, *roles: str) -> Reader:
    """Return a reader of a function whose operands only have to have certain numbers of axes."""

    def read(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind(text, args, kwargs)
        if bound is None or any(arrays.kind_of(bound.get(role)) is None for role in roles):
            return None
        return Reading(op, {role: bound[role] for role in roles})

    return read


def _sampled(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a loss over a sample of the classes as the product that it makes: a row of weights for each class."""
    bound = bind("weight|weights, bias|biases, labels, input|inputs, *rest=None", args, kwargs)
    if bound is None or any(arrays.kind_of(bound[role]) is None for role in ("weight", "bias", "input")):
        return None
    return Reading("linear", {role: bound[role] for role in ("input", "weight", "bias")})


def _all() -> dict[str, Reader]:
    found: dict[str, Reader] = reads("add", "left|value, right|bias, data_format?, name?", of("nn.bias_add"))
    for word, text, names in LOSSES:
        found |= dict.fromkeys(of(names).split(), _loss(word, text))
    numbers = "nn.sparse_softmax_cross_entropy_with_logits losses.sparse_softmax_cross_entropy"
    found |= dict.fromkeys(of(numbers).split(), _numbers)
    found |= dict.fromkeys(of("nn.embedding_lookup").split(), _looked_up)
    for count in (1, 2, 3):
        found |= dict.fromkeys(of(f"nn.conv{count}d").split(), _convolution(count))
        for op in ("max", "avg"):
            found |= dict.fromkeys(of(f"nn.{op}_pool{count}d").split(), _pool(op, count))
    for op in ("max", "avg"):
        found |= dict.fromkeys(of(f"nn.{op}_pool").split(), _pool(op, 2))
    for cells, names in ((("cell",), "nn.dynamic_rnn"), (("cell_fw", "cell_bw"), "nn.bidirectional_dynamic_rnn")):
        text = f"{', '.join(cells)}, input|inputs, lengths|sequence_length=None, *rest=None"
        found |= dict.fromkeys(of(names).split(), _unrolled(text, len(cells)))
    found |= dict.fromkeys(of("cond").split(), _asking("branch", "input|pred, *rest=None", "input"))
    sets = _asking("sets", "left|a, right|b, *rest=None", "left", "right")
    found |= dict.fromkeys(of("sets.intersection sets.union sets.difference").split(), sets)
    boxes = _asking("suppress-boxes", "boxes, scores, *rest=None", "boxes", "scores")
    found |= dict.fromkeys(of("image.non_max_suppression").split(), boxes)
    found |= dict.fromkeys(of("nn.nce_loss nn.sampled_softmax_loss").split(), _sampled)
    found |= reads("flatten", "input|inputs, name?", of("layers.flatten"), start_dim=1, end_dim=-1)
    return found


READERS: dict[str, Reader] = _all()
