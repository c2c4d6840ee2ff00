"""A recurrent language model that keeps its state from batch to batch and cuts it when a batch is smaller."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, vocabulary=30, width=12, hidden=20, layers=2):
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.embedding = nn.Embedding(vocabulary, width)
        self.rnn = nn.LSTM(width, hidden, layers, batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def start(self, batch):
        return tuple(torch.zeros(self.layers, batch, self.hidden) for _ in range(2))

    def forward(self, ids, state):
        out, state = self.rnn(self.embedding(ids), state)
        return self.out(out), state


model = Model()
tokens = torch.randint(0, 30, (11, 25))
for rows in tokens.split(4):
    state = model.start(rows.size(0))
    for chunk in rows.split(10, dim=1):
        if chunk.size(1) < 2:
            continue
        logits, state = model(chunk[:, :-1], state)
        state = tuple(part.detach() for part in state)
        loss = nn.functional.cross_entropy(logits.reshape(-1, 30), chunk[:, 1:].reshape(-1))
print(loss.shape)
