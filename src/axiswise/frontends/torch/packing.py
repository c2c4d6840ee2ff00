"""Packed sequences on an abstract run: every sequence is taken to have the full length, which no axis depends on."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch.nn.utils import rnn


def install() -> None:
    """Put the stand-ins for packing, unpacking and running on packed sequences in place."""
    rnn.pack_padded_sequence = pack  # pyright: ignore[reportPrivateImportUsage]
    rnn.pad_packed_sequence = pad
    for kind in (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU):
        kind.forward = _on_packed(kind.forward)


def pack(
    input: torch.Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> rnn.PackedSequence:
    """Pack (time, batch, ...) or, with `batch_first`, (batch, time, ...).

    Raises:
        RuntimeError: There is not one length for each sequence, in torch's words.
    """
    batch, time = (input.size(0), input.size(1)) if batch_first else (input.size(1), input.size(0))
    many = lengths.size(0) if isinstance(lengths, torch.Tensor) else len(lengths)
    if many != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {many} (batch_size={batch})")
    steps = input.transpose(0, 1) if batch_first else input
    return rnn.PackedSequence(steps.flatten(0, 1), torch.full((time,), batch, dtype=torch.int64))


def pad(
    sequence: rnn.PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Undo `pack`; `total_length` longer than the sequences pads them."""
    time, batch = _extent(sequence)
    steps = cast("Any", sequence.data).unflatten(0, (time, batch))
    if total_length is not None and total_length > time:
        steps = torch.cat([steps, steps.new_zeros((total_length - time, *steps.shape[1:]))])
    return (steps.transpose(0, 1) if batch_first else steps), torch.full((batch,), time, dtype=torch.int64)


def _extent(sequence: rnn.PackedSequence) -> tuple[int, int]:
    """Return (time, batch) of a packed sequence."""
    time = sequence.batch_sizes.size(0)
    return time, sequence.data.size(0) // time if time else 0


def _on_packed(forward: Any) -> Any:
    """Let a recurrent layer run on a packed sequence as on the padded one, time first."""

    def run(self: Any, input: Any, hx: Any = None) -> Any:
        if not isinstance(input, rnn.PackedSequence):
            return forward(self, input, hx)
        steps = cast("Any", input.data).unflatten(0, _extent(input))
        was, self.batch_first = self.batch_first, False
        try:
            output, state = forward(self, steps, hx)
        finally:
            self.batch_first = was
        return rnn.PackedSequence(output.flatten(0, 1), input.batch_sizes), state

    return run
