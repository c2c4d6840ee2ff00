"""What networks are built of: biases, embeddings, losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.eager.vocabulary import Reader, Reading, reader, reads
from axiswise.frontends.tensorflow.vocabulary.naming import of

_ALIKE = "binary_cross_entropy_with_logits"
"""The word of a loss whose two sides have to have one shape."""

LOSSES: tuple[tuple[str, str], ...] = (
    (
        "target|labels, input|logits, *rest=None",
        "nn.softmax_cross_entropy_with_logits nn.sigmoid_cross_entropy_with_logits",
    ),
    ("target|labels, input|logits, *rest=None", "nn.softmax_cross_entropy_with_logits_v2"),
    ("target|onehot_labels, input|logits, *rest=None", "losses.softmax_cross_entropy"),
    ("target|multi_class_labels, input|logits, *rest=None", "losses.sigmoid_cross_entropy"),
    (
        "target|labels, input|predictions, *rest=None",
        "losses.mean_squared_error losses.absolute_difference losses.huber_loss losses.log_loss",
    ),
)


def _loss(text: str) -> Reader:
    read = reader(_ALIKE, text, reduction="none")

    def alike(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        named = {name: value for name, value in kwargs.items() if name not in ("_sentinel", "name", "axis", "dim")}
        reading = read(arrays, args, named)
        return reading if reading is not None and {"input", "target"} <= set(reading.operands) else None

    return alike


def _numbers(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a loss of class numbers, where the class axis is the last and the second one."""
    named = {name: value for name, value in kwargs.items() if name != "_sentinel"}
    reading = reader("cross_entropy", "target|labels, input|logits, *rest=None", reduction="none")(arrays, args, named)
    if reading is None or not {"input", "target"} <= set(reading.operands):
        return None
    return reading if len(arrays.shape_of(reading.operands["input"])) <= 2 else None


def _looked_up(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    reading = reader("embedding", "weight|params, input|ids, *rest=None")(arrays, args, kwargs)
    return reading if reading is not None and {"weight", "input"} <= set(reading.operands) else None


def _all() -> dict[str, Reader]:
    found: dict[str, Reader] = reads("add", "left|value, right|bias, data_format?, name?", of("nn.bias_add"))
    for text, names in LOSSES:
        found |= dict.fromkeys(of(names).split(), _loss(text))
    numbers = "nn.sparse_softmax_cross_entropy_with_logits losses.sparse_softmax_cross_entropy"
    found |= dict.fromkeys(of(numbers).split(), _numbers)
    found |= dict.fromkeys(of("nn.embedding_lookup").split(), _looked_up)
    return found


READERS: dict[str, Reader] = _all()
