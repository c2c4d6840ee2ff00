"""Tensors by what a text says of their shapes: names of axes, numbers, and expressions of the model's own numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from axiswise.algebra.annotation import computed
from axiswise.frontends.torch.models.ideas import OTHER, SIZES
from axiswise.frontends.torch.models.reranking import usual_axes
from axiswise.frontends.torch.models.specs import AxisSpec, TensorSpec, is_counted
from axiswise.source.shape_hints import ShapeHint


def hinted(hint: ShapeHint, known: Mapping[str, int], likely: str = "Float") -> list[TensorSpec]:
    """Return the tensors that a hint allows; without a kind, numbers come first and indices second, or as is likely."""
    kinds = [hint.kind] if hint.kind else [likely, *({"Float", "Int"} - {likely})][:2]
    usual = usual_axes(len(hint.axes))
    texts = [usual[at] if text == "_" and usual else text for at, text in enumerate(hint.axes)]
    several = any(text == "..." or text.startswith("*") for text in texts)
    return [
        TensorSpec(kind, _all_axes(texts, known, wide), int(kind == "Int") or None, told=True)
        for kind in kinds
        for wide in (ANY_AXES if several else ANY_AXES[:1])
    ]


def _all_axes(texts: Sequence[str], known: Mapping[str, int], wide: Sequence[str]) -> tuple[AxisSpec, ...]:
    axes = [axis for text in texts for axis in _axes(text, known, wide)]
    names = [axis.name for axis in axes]
    return tuple(
        replace(axis, size=SIZES["time"]) if is_counted(axis.name, names[:at]) else axis for at, axis in enumerate(axes)
    )


def batch_of(hints: Mapping[str, ShapeHint]) -> str:
    """Return what the texts of a function call the batch."""
    first = (hint.axes[0] for hint in hints.values() if hint.axes)
    return next((word for word in first if _meant(word) == "batch"), "batch")


ANY_AXES = (("batch",), (), ("batch", "time"))
"""What is tried for `...`, which stands for any number of axes."""


def _axes(text: str, known: Mapping[str, int], wide: Sequence[str]) -> list[AxisSpec]:
    """Return the axis that a text writes; for any number of axes, those of the given names."""
    if text == "..." or text.startswith("*"):
        return [_axis(name, {}) for name in wide]
    return [_axis(text, known)]


def _axis(text: str, known: Mapping[str, int]) -> AxisSpec:
    word = re.sub(r"[{}]|\bself\.", "", text.strip("#?_ ")).rpartition("=")[2] or "axis"
    if word.isidentifier() and word not in known:
        return AxisSpec(word, _first_size(word))
    size = computed(word, lambda name: known.get(name) or _first_size(name)) if not word.isidentifier() else known[word]
    return AxisSpec("", size) if size is not None and size > 0 else AxisSpec("axis", OTHER)


def _first_size(word: str) -> int:
    return SIZES.get(_meant(word), OTHER)


def _meant(word: str) -> str:
    """Return what an axis with a name usually is, by the longest ending of its name that says it."""
    parts = word.lower().split("_")
    endings = ["_".join(parts[at:]) for at in range(len(parts))]
    said = (LETTERS.get(each, each) for each in endings if len(each) > 1 or each == endings[0])
    return next((each for each in said if each in SIZES), "")


LETTERS = {
    **dict.fromkeys(("b", "n", "bs", "bsz", "batch_size"), "batch"),
    **dict.fromkeys(("t", "l", "s", "seq", "seq_len", "length", "sequence_length", "tokens"), "time"),
    **dict.fromkeys(("c", "ch", "in_channels"), "channels"),
    **dict.fromkeys(("h",), "height"),
    **dict.fromkeys(("w",), "width"),
    **dict.fromkeys(("d", "e", "dim", "embed_dim", "d_model", "hidden", "emb"), "features"),
    **dict.fromkeys(("f", "frames"), "frames"),
}
"""What the letters of shapes usually stand for: only for a first size."""
