"""Embedding tables."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import reads, table

READERS = table(
    reads(
        "embedding",
        "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
        "nn.functional.embedding",
    ),
    reads(
        "embedding_bag",
        "input, weight, offsets?, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, "
        "per_sample_weights?, include_last_offset=False, padding_idx=None",
        "nn.functional.embedding_bag",
    ),
)
