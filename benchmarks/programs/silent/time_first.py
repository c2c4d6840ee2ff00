"""A recurrent network of sequences that come time first, as its layers take them."""

import torch
from torch import nn


class Series(nn.Module):
    def __init__(self, width=12, hidden=16):
        super().__init__()
        self.rnn = nn.LSTM(width, hidden)
        self.head = nn.Linear(hidden, width)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


torch.manual_seed(0)
model, criterion = Series(), nn.MSELoss()
batch, target = (torch.randn(10, 16, 12),), torch.randn(10, 16, 12)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
