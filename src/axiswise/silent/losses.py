"""A loss that is given what it makes itself: probabilities where it takes logits, logits for log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.silent.following import Uses

PROBABILITIES = frozenset({"softmax", "gumbel_softmax"})
WRONG = {
    "cross_entropy": PROBABILITIES | {"sigmoid"},
    "nll_loss": PROBABILITIES | {"linear", "sigmoid"},
    "binary_cross_entropy_with_logits": frozenset({"sigmoid", "softmax"}),
    "kl_div": PROBABILITIES,
    "binary_cross_entropy": frozenset({"linear", "conv1d", "conv2d", "tanh"}),
}
"""What may not make the predictions of a loss.

Source: torch's documentation of each: cross entropy and BCE with logits take logits, NLL and KL divergence take
log-probabilities, BCE takes probabilities.
"""
KEPT = frozenset("squeeze unsqueeze reshape flatten transpose permute to float double index select contiguous".split())
"""What predictions go through and stay what they are."""


def confused(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield losses whose predictions are of another kind than they take; facts: `made`, the call that made them."""
    for call in trace.calls:
        if isinstance(call.params.get("logits"), bool):
            yield from _told(trace, call, logits=call.params["logits"])
        wrong = WRONG.get(call.op) if call.spelled.startswith("torch.") else None  # other frameworks' take other things
        if wrong is None or "input" not in call.operands:
            continue
        maker = _maker(trace, call)
        if maker is not None and maker.op in wrong:
            size = call.operands["input"].rank
            yield Conflict("loss-input", call, AxisUse("input", -1, size), facts={"made": maker})


def _told(trace: Trace, call: OpCall, *, logits: bool) -> Iterator[Conflict]:
    """Yield a loss that was told what it is given, and is given the other."""
    maker = _maker(trace, call)
    made = maker.params.get("activation", maker.op) if maker is not None else None
    if made in (PROBABILITIES | {"sigmoid"} if logits else {"linear"}):
        facts = {"made": maker, "logits": logits}
        yield Conflict("loss-input", call, AxisUse("input", -1, call.operands["input"].rank), facts=facts)


def _maker(trace: Trace, call: OpCall) -> OpCall | None:
    ref = call.operands["input"]
    while (found := trace.producer(ref.id)) is not None:
        maker = found[0]
        data = maker.operands.get("input")
        if maker.op not in KEPT or data is None:
            return maker
        ref = data
    return None
