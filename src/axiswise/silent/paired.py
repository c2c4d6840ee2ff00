"""A column against a row: (N, 1) with (N,) gives each of N paired with each of N, where N pairs were meant."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, TensorRef, Trace
from axiswise.ops.broadcast import BINARY
from axiswise.ops.contract import contract_of
from axiswise.silent.following import Uses

LAYERS = frozenset({"linear", "conv1d", "conv2d", "bilinear", "embedding"})
CARRIED = frozenset(
    "sigmoid tanh relu softplus exp log dropout to float double clone detach contiguous clamp abs negative mul div add "
    "sub gt lt ge le round".split()
)
"""What a column goes through and stays one."""


def paired(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield operations on a layer's one column and a row of as many; the sides are the two axes that do not meet."""
    for call in trace.calls:
        if call.op not in BINARY or len(call.operands) != 2 or call.saved:
            continue
        roles = list(call.operands)
        for column, row in (roles, roles[::-1]):
            one, other = call.operands[column], call.operands[row]
            if one.rank == 2 and other.rank == 1 and one.shape == (other.shape[0], 1) and other.shape[0] > 1:
                if _is_layers(trace, one):
                    size = other.shape[0]
                    yield Conflict("paired", call, AxisUse(column, 0, size), AxisUse(row, 0, size))


def _is_layers(trace: Trace, column: TensorRef) -> bool:
    """Return whether a column is what a layer gives, and nobody made it one on purpose."""
    ref = column
    while (found := trace.producer(ref.id)) is not None:
        call, output = found
        if call.op in LAYERS:
            return True
        contract = contract_of(call.op)
        if call.op not in CARRIED or contract is None:
            return False
        source = contract.source(call, output, 1)
        if source.relation != "same" or not source.axes:
            return False
        ref = call.operands[source.axes[0][0]]
        if ref.rank != 2:
            return False
    return False
