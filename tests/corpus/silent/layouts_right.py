"""Layers of sequences that are given what they read, in either layout."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

many, length, width = 6, 11, 24
ids, x = torch.randint(0, 50, (many, length)), torch.randn(many, length, width)
words, head = nn.Embedding(50, width), nn.Linear(width, 4)

lstm = nn.LSTM(width, width, 2, batch_first=True)
out, (h, c) = lstm(words(ids))
last_step, last_layer, over_steps = head(out[:, -1]), head(h[-1]), head(out.mean(1))
shown = out[0], out[-1].detach()  # one example, to look at
per_step = [head(step) for step in out.unbind(1)]
lengths = torch.tensor([11, 4, 7, 9, 2, 11])
last_valid = head(out[torch.arange(many), lengths - 1])

gru = nn.GRU(width, width)
steps_first, state = gru(x.transpose(0, 1))
ended = head(steps_first[-1]), head(state[-1]), head(steps_first.mean(0))
back_again = head(steps_first.transpose(0, 1)[:, -1])

both = nn.GRU(width, width, bidirectional=True, batch_first=True)
forwards_backwards = nn.Linear(2 * width, 4)(torch.cat([both(x)[1][-2], both(x)[1][-1]], dim=1))

packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
unpacked, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
after_packing = head(unpacked[:, 0])

frames = nn.Conv2d(3, width, 3)(torch.randn(length, 3, 8, 8)).mean((2, 3))  # the frames of one film
over_frames, _ = nn.LSTM(width, width)(frames.unsqueeze(1))

convolved = nn.Conv1d(3, width, 3, padding=1)(torch.randn(many, 3, 40))
over_time, _ = nn.LSTM(width, width)(convolved.permute(2, 0, 1))
attended = nn.MultiheadAttention(width, 4)(out.transpose(0, 1), out.transpose(0, 1), out.transpose(0, 1))

grid = torch.randn(9, 7, width)  # rows, columns
rows, columns = (nn.MultiheadAttention(width, 4, batch_first=True) for _ in range(2))
along_rows = rows(grid, grid, grid)[0]
turned = along_rows.transpose(0, 1)
along_both = columns(turned, turned, turned)[0].transpose(0, 1)

table = nn.Parameter(torch.randn(64, 1, width))
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, 4, 32), 2)
positioned = encoder(x.transpose(0, 1) + table[:length])
first_token = head(positioned[0])
batched = nn.TransformerEncoderLayer(width, 4, 32, batch_first=True)
of_batches = batched(x + table[: x.size(1)].transpose(0, 1)), batched(x + nn.Embedding(64, width)(torch.arange(length)))
speakers = nn.Embedding(9, width)(torch.randint(0, 9, (many,)))
with_speakers = batched(x + speakers.unsqueeze(1))

queries = nn.Embedding(5, width).weight.unsqueeze(1).repeat(1, many, 1)
decoded = nn.TransformerDecoder(nn.TransformerDecoderLayer(width, 4, 32), 1)(queries, x.transpose(0, 1))
boxes = head(decoded).transpose(0, 1)
prototypes = torch.stack([out.mean(1)[:3].mean(0), out.mean(1)[3:].mean(0)])
distances = torch.cdist(out.mean(1), prototypes)
