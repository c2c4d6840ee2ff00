"""Calls that run and may still be mistaken: what torch only warns about, and layouts that no shape can prove.

A candidate is a Conflict on a call that succeeded; its rule decides on the evidence whether to speak.
"""

from __future__ import annotations

from axiswise.facts import AxisUse, Conflict, OpCall

BROADCASTING_LOSSES = frozenset(
    {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss", "gaussian_nll_loss"}
)
"""Losses that broadcast predictions against targets; torch warns, the mean is over the wrong pairs."""

LAYOUTS = frozenset(
    {
        "multihead_attention",
        "transformer",
        "transformer_encoder",
        "transformer_encoder_layer",
        "transformer_decoder",
        "transformer_decoder_layer",
        "rnn",
        "lstm",
        "gru",
    }
)
"""Layers whose `batch_first` says which axis is the batch."""


def candidates(call: OpCall) -> list[Conflict]:
    """Return what may be wrong with a call that succeeded."""
    if call.op in BROADCASTING_LOSSES:
        ours, theirs = call.operands.get("input"), call.operands.get("target")
        if ours is not None and theirs is not None and ours.shape != theirs.shape and ours.rank and theirs.rank:
            return [Conflict("target", call, AxisUse("input", -1, 0), AxisUse("target", -1, 0))]
    if call.op in LAYOUTS and call.params.get("batch_first") is False and not call.params.get("packed"):
        first = next(iter(call.operands.values()), None)
        if first is not None and first.rank == 3 and first.shape[0] > 1 and first.shape[1] > 1:
            return [Conflict("attention-layout", call)]
    return []
