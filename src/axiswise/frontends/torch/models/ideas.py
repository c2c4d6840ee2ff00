"""First ideas of what a parameter of `forward` takes, from its name and from the layers that are there.

Nothing here has to be right: trial runs correct it. It has to be near, and the likelier idea has to come first, because
the first that runs is taken. Sizes are such that the usual demands hold (even, divisible by 3 and 4) and that axes of
different names differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import torch

from axiswise.frontends.torch.models.specs import AxisSpec, TensorSpec

SIZES = {
    "batch": 6,
    "time": 12,
    "source_time": 18,
    "height": 32,
    "width": 32,
    "depth": 16,
    "frames": 8,
    "channels": 3,
    "features": 24,
    "nodes": 10,
    "edges": 20,
    "samples": 4096,
    "mels": 80,
}
"""The first size of an axis, by its name."""

OTHER = 14
"""The first size of an axis with any other name."""

USUAL = frozenset(SIZES) - {"batch", "time", "source_time"}
"""Axes whose first sizes are such as models are built for; of the others any size should do."""

FIRST_SIDES = SIZES["height"], SIZES["width"]
"""The first height and width of an image."""

FLAT, SERIES, MAPS, LINES, VOLUMES = (
    ("batch", "features"),
    ("batch", "time", "features"),
    ("batch", "channels", "height", "width"),
    ("batch", "channels", "time"),
    ("batch", "channels", "depth", "height", "width"),
)

_TOKENS = re.compile(
    r"(.*_)?(ids|tokens?|src|tgt|trg|source|text|words|captions?|sentences?|seqs?|sequences?|premises?|hypothes[ie]s"
    r"|questions?|answers?)",
    re.IGNORECASE,
)
_MOMENTS = re.compile(r"t|(.*_)?timesteps?|sigmas?|noise_levels?", re.IGNORECASE)
"""Names that tell how many axes a parameter has."""

_TARGETS = r"(.*_)?(labels?|targets?|class_ids?|classes|y_true)|y"

NAMED: Sequence[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]] = (
    (
        r"(.*_)?(input_ids|token_ids|ids|idx|tokens?|toks?|words?|captions?|prompt|text|sentences?|documents?|tgt_ids|indices|indexes)",
        (("Int", ("batch", "time")), ("Float", SERIES)),
    ),
    (
        r"(.*_)?(position_ids|pos_ids|positions|token_type_ids|segment_ids|segments|token_types)",
        (("Int", ("batch", "time")), ("Float", ("batch", "features")), ("Float", SERIES)),
    ),
    (
        r"attention_mask",
        (("Bool", ("batch", "time")), ("Bool", ("time", "time")), ("Bool", ("batch", "1", "time", "time"))),
    ),
    (
        r"(.*_)?(memory|context|ctx|enc|encoder|cross)_(attention_|attn_|key_padding_|padding_)?mask",
        (("Bool", ("batch", "source_time")), ("Bool", ("time", "source_time"))),
    ),
    (r"(.*_)?(causal|attn)_?mask|.*_bias", (("Bool", ("time", "time")), ("Bool", ("batch", "time")))),
    (
        r"(.*_)?(mask|padding|pad_mask|key_padding_mask|valid)",
        (
            ("Bool", ("batch", "time")),
            ("Bool", ("batch", "1", "time", "time")),
            ("Bool", ("time", "time")),
            ("Bool", ("batch", "1", "height", "width")),
        ),
    ),
    (
        r"t|(.*_)?timesteps?(_r)?|time_?steps?|steps?|noise_?levels?|sigmas?|log_snr|guidance(_scale)?",
        (("Float", ("batch",)), ("Int", ("batch",)), ("Float", ("batch", "1"))),
    ),
    (
        _TARGETS,
        (("Int", ("batch",)), ("Int", ("batch", "time")), ("Float", FLAT)),
    ),
    (r"(hidden_states|(.*_)?embeds|embeddings|seqs?|sequences?)", (("Float", SERIES), ("Float", FLAT))),
    (r"(.*_)?logits?", (("Float", FLAT), ("Float", SERIES), ("Float", MAPS), ("Float", ("batch",)))),
    (r"(.*_)?pooled(_.*)?", (("Float", FLAT), ("Float", SERIES))),
    (r"(.*_)?(lengths?|lens?|seq_lens?|num_frames)", (("Int", ("batch",)),)),
    (r"(.*_)?(images?|imgs?|pixel_values|photos?|pictures?|frame|patches)", (("Float", MAPS), ("Float", SERIES))),
    (
        r"(.*_)?(videos?|clips?)",
        (
            ("Float", ("batch", "channels", "frames", "height", "width")),
            ("Float", ("batch", "frames", "channels", "height", "width")),
        ),
    ),
    (
        r"(.*_)?(audios?|waveforms?|wavs?|signals?|speech|sound|input_values)",
        (("Float", ("batch", "samples")), ("Float", ("batch", "1", "samples"))),
    ),
    (
        r"(.*_)?(mels?|spectrograms?|specs?|input_features)",
        (
            ("Float", ("batch", "mels", "time")),
            ("Float", ("batch", "time", "mels")),
            ("Float", ("batch", "1", "mels", "time")),
        ),
    ),
    (r"edge_?index", (("Int", ("2", "edges")),)),
    (r"edge_?(attr|weight|feat|features)", (("Float", ("edges", "features")), ("Float", ("edges",)))),
    (
        r"(.*_)?(adj|adjacency)(_(mat|matrix|norm))?|a_hat|l_hat|(.*_)?laplacian",
        (("Float", ("nodes", "nodes")), ("Float", ("batch", "nodes", "nodes"))),
    ),
    (
        r"memory|context|ctx|(.*_)?(enc|encoder)_?(out|outs|outputs?|hidden_states)|cond(itioning)?|kv|source|enc",
        (("Float", ("batch", "source_time", "features")), ("Float", FLAT)),
    ),
    (r"q", (("Float", SERIES), ("Float", ("batch", "heads", "time", "features")))),
    (
        r"k|v|keys?|values?",
        (("Float", ("batch", "source_time", "features")), ("Float", ("batch", "heads", "source_time", "features"))),
    ),
    (
        r"h|hx|cx|c|h_?0|c_?0|hidden|state|hidden_state|prev_hidden",
        (("Float", FLAT), ("Float", ("1", "batch", "features"))),
    ),
)
"""Names of parameters, and what they usually are: (kind, names of axes), the likeliest first. `1` is a size."""


def ideas(name: str, layers: Iterable[torch.nn.Module]) -> list[TensorSpec]:
    """Return what a parameter may take, the likeliest first."""
    there = list(layers)
    found = [made(kind, axes) for kind, axes in _named(name)]
    if there and not any(isinstance(each, (torch.nn.Embedding, torch.nn.EmbeddingBag)) for each in there):
        found.sort(key=lambda spec: spec.kind == "Int")  # nothing is looked up
    for kind, axes in _fitting(there):
        spec = made(kind, axes)
        if spec not in found:
            found.append(spec)
    return found


def is_told(name: str, spec: TensorSpec) -> bool:
    """Return whether a parameter's name says that it has the axes that it is given: ids, moments.

    An image's does not: it may be a map, or patches of one.
    """
    axes = tuple(each.name for each in spec.axes)
    if spec.kind == "Int" and len(axes) == 2 and spec.axes[0].is_batch:
        return _TOKENS.fullmatch(name) is not None
    return len(axes) == 1 and spec.axes[0].is_batch and _MOMENTS.fullmatch(name) is not None


def first_layers_take(layers: Iterable[torch.nn.Module]) -> tuple[str, tuple[str, ...]] | None:
    """Return the kind and the axes that a model's first layer takes, where it takes just these."""
    first = _fitting(list(layers))[0]
    return first if first in (("Float", MAPS), ("Float", VOLUMES), ("Int", ("batch", "time"))) else None


def made(kind: str, axes: Sequence[str]) -> TensorSpec:
    """Return a tensor with axes of first sizes, by their names."""
    return TensorSpec(kind, tuple(axis(name) for name in axes), highest=1 if kind == "Int" else None)


def axis(name: str) -> AxisSpec:
    """Return an axis of its first size; a number is its own size."""
    return AxisSpec("", int(name)) if name.isdecimal() else AxisSpec(name, SIZES.get(name, OTHER))


def is_made_up(axis: AxisSpec) -> bool:
    """Return whether an axis has the size that was thought up for it, one that no model is built for."""
    first = SIZES["batch"] if axis.is_batch else SIZES.get(axis.name, OTHER)
    return axis.size == first and (axis.is_batch or axis.name not in USUAL)


def is_target(name: str) -> bool:
    """Return whether a parameter is what a prediction is held against."""
    return re.fullmatch(_TARGETS, name.lower().strip("_")) is not None


def is_named(name: str) -> bool:
    """Return whether a parameter's name says what it usually is."""
    return bool(_named(name))


def _named(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    lowered = name.lower().strip("_")
    return next((found for pattern, found in NAMED if re.fullmatch(pattern, lowered)), ())


def _fitting(layers: Sequence[torch.nn.Module]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what the layers of a model take, in the order of its layers; then everything else."""
    nn = torch.nn
    kinds: tuple[tuple[tuple[type, ...], tuple[str, tuple[str, ...]]], ...] = (
        ((nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.MaxPool2d), ("Float", MAPS)),
        ((nn.Conv1d, nn.ConvTranspose1d), ("Float", LINES)),
        ((nn.Conv3d, nn.ConvTranspose3d, nn.BatchNorm3d), ("Float", VOLUMES)),
        ((nn.Embedding, nn.EmbeddingBag), ("Int", ("batch", "time"))),
        ((nn.RNNBase, nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.LayerNorm, nn.RMSNorm), ("Float", SERIES)),
        ((nn.Linear, nn.BatchNorm1d, nn.RNNCellBase), ("Float", FLAT)),
    )
    found: list[tuple[str, tuple[str, ...]]] = []
    for layer in layers:
        taken = next((takes for types, takes in kinds if isinstance(layer, types)), None)
        if taken is not None and taken not in found:
            found.append(taken)
    rest = [("Float", axes) for axes in (SERIES, FLAT, MAPS, LINES, ("batch",), VOLUMES)]
    return [*found, *(each for each in rest if each not in found), ("Int", ("batch", "time")), ("Int", ("batch",))]
