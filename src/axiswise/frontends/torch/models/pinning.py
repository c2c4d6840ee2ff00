"""Whether a model alone decides how many axes a tensor has: what takes just so many stands before it."""

from __future__ import annotations

from axiswise.algebra.pattern import DOTS
from axiswise.facts import OpCall
from axiswise.frontends.torch.models.trials import Trial


def rank_is_own(trial: Trial, tensor: int) -> bool:
    """Return whether a tensor has as many axes as it has with every input that gets that far."""
    waiting, seen = [tensor], set[int]()
    while waiting:
        current = waiting.pop()
        if current in trial.given:
            return False
        found = trial.trace.producer(current)
        if current not in seen and found is not None and not _decides(found[0]):
            waiting += [ref.id for ref in found[0].operands.values() if not ref.parameter]
        seen.add(current)
    return True


def _decides(call: OpCall) -> bool:
    """Return whether a call takes one number of axes only, and so gives one."""
    said = call.params.get("pattern", call.params.get("equation"))
    if call.op.startswith("einops-") or call.op == "einsum":
        return isinstance(said, str) and DOTS not in said and "..." not in said
    return call.op.startswith("conv")
