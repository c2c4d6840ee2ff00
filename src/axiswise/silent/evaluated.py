"""Dropout that stays on when a model is evaluated.

Source: torch's documentation of `nn.functional.dropout` (`training=True` unless told) and of
`scaled_dot_product_attention` (drops whenever `dropout_p` is above 0); a new `nn.Dropout` is in training mode.
"""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import Conflict, OpCall, Trace
from axiswise.silent.following import Uses

DROPOUTS = frozenset({"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"})


def undropped(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield dropout inside modules that may not know the module's mode; facts: `way`.

    Ways: `function` (of nn.functional), `attention` (a probability given to the product), `layer` (made for the call).
    """
    for call in trace.calls:
        way = _way(call) if call.within else ""
        if way:
            yield Conflict("dropout-mode", call, facts={"way": way})


def _way(call: OpCall) -> str:
    if call.op == "sdpa":
        chance = call.params.get("dropout_p")
        return "attention" if isinstance(chance, float) and chance > 0 and call.layer is None else ""
    if call.op not in DROPOUTS or not call.spelled.startswith("torch.nn.functional."):
        return ""
    if call.layer is None:
        return "function"
    is_made_here = not call.layer.path and len(call.within) > 1 and call.layer.built[-1:] != ()
    return "layer" if is_made_here and call.layer.built[-1].function == call.frames[-1].function else ""
