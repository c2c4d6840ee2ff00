"""Losses, and the distances they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from axiswise.frontends.torch.vocabulary.reading import Reading, named, reader, reads, table

_OLD = "size_average=None, reduce=None, reduction='mean'"


def _triplet(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a triplet loss whose distance is torch's own; what another one asks of its tensors is not known."""
    read = reader(
        "triplet_margin_loss",
        "anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction='mean'",
    )(args, kwargs)
    distance = read.params.pop("distance_function") if read is not None else None
    return read if distance is None or type(distance) is nn.PairwiseDistance else None


READERS = table(
    reads(
        "cross_entropy",
        "input, target, weight?, size_average=None, ignore_index=-100, reduce=None, reduction='mean', "
        "label_smoothing=0.0",
        "nn.functional.cross_entropy",
    ),
    reads(
        "nll_loss",
        "input, target, weight?, size_average=None, ignore_index=-100, reduce=None, reduction='mean'",
        "nn.functional.nll_loss",
    ),
    reads("binary_cross_entropy", f"input, target, weight?, {_OLD}", "nn.functional.binary_cross_entropy"),
    reads(
        "binary_cross_entropy_with_logits",
        f"input, target, weight?, {_OLD}, pos_weight?",
        "nn.functional.binary_cross_entropy_with_logits",
    ),
    reads("mse_loss", f"input, target, {_OLD}, weight?", "nn.functional.mse_loss"),
    reads("l1_loss", f"input, target, {_OLD}, weight?", "nn.functional.l1_loss"),
    reads("smooth_l1_loss", f"input, target, {_OLD}, beta=1.0", "nn.functional.smooth_l1_loss"),
    reads("huber_loss", "input, target, reduction='mean', delta=1.0, weight?", "nn.functional.huber_loss"),
    reads("kl_div", f"input, target, {_OLD}, log_target=False", "nn.functional.kl_div"),
    reads(
        "poisson_nll_loss",
        "input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
        "nn.functional.poisson_nll_loss",
    ),
    reads("hinge_embedding_loss", f"input, target, margin=1.0, {_OLD}", "nn.functional.hinge_embedding_loss"),
    reads("soft_margin_loss", f"input, target, {_OLD}", "nn.functional.soft_margin_loss"),
    reads(
        "multilabel_soft_margin_loss",
        f"input, target, weight?, {_OLD}",
        "nn.functional.multilabel_soft_margin_loss",
    ),
    reads(
        "gaussian_nll_loss",
        "input, target, var, full=False, eps=1e-06, reduction='mean'",
        "nn.functional.gaussian_nll_loss",
    ),
    named("nn.functional.triplet_margin_with_distance_loss", _triplet),
    reads("multilabel_margin_loss", f"input, target, {_OLD}", "nn.functional.multilabel_margin_loss"),
    reads("multi_margin_loss", f"input, target, p=1, margin=1.0, weight?, {_OLD}", "nn.functional.multi_margin_loss"),
    reads(
        "ctc_loss",
        "log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False",
        "nn.functional.ctc_loss",
    ),
    reads("cosine_similarity", "left|x1, right|x2, dim=1, eps=1e-08"),
    reads("pairwise_distance", "left|x1, right|x2, p=2.0, eps=1e-06, keepdim=False"),
    reads(
        "cosine_embedding_loss",
        f"left|input1, right|input2, target, margin=0.0, {_OLD}",
        "nn.functional.cosine_embedding_loss",
    ),
    reads(
        "margin_ranking_loss",
        f"left|input1, right|input2, target, margin=0.0, {_OLD}",
        "nn.functional.margin_ranking_loss",
    ),
    reads(
        "triplet_margin_loss",
        "anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, "
        "size_average=None, reduce=None, reduction='mean'",
        "nn.functional.triplet_margin_loss",
    ),
)
