"""Sequences of several lengths, packed, run and unpacked, with the mean over the real steps."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence, pad_sequence

lengths = [9, 4, 7, 1]
sequences = [torch.randn(n, 6) for n in lengths]
packed = pack_sequence(sequences, enforce_sorted=False)
rnn = nn.GRU(6, 10, bidirectional=True)
out, h = rnn(packed)
padded, sizes = pad_packed_sequence(out, batch_first=True)
mask = torch.arange(padded.size(1)).unsqueeze(0) < sizes.unsqueeze(1)
mean = (padded * mask.unsqueeze(-1)).sum(dim=1) / sizes.unsqueeze(1)
print(padded.shape, mean.shape, h.transpose(0, 1).flatten(1).shape)
print(pad_sequence(sequences, batch_first=True, padding_value=-1).shape)
