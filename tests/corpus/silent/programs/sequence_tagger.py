"""Tags of words by a bidirectional LSTM over packed sequences."""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(29)


class Tagger(nn.Module):
    def __init__(self, vocab=80, tags=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, 16, padding_idx=0)
        self.lstm = nn.LSTM(16, 20, batch_first=True, bidirectional=True)
        self.out = nn.Linear(40, tags)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        states, _ = self.lstm(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        return self.out(states)


words = torch.randint(1, 80, (4, 9))
lengths = torch.tensor([9, 4, 7, 6])
mask = torch.arange(9)[None] < lengths[:, None]
words = words * mask
tags = torch.randint(0, 6, (4, 9)).masked_fill(~mask, -100)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(words, lengths)
    loss = nn.functional.cross_entropy(logits.permute(0, 2, 1), tags, ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
right = ((logits.argmax(dim=-1) == tags) & mask).sum(dim=1) / mask.sum(dim=1)
print(loss.item(), right)
