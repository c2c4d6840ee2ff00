"""A recurrent classifier of sequences that come batch first."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, width=12, hidden=16, classes=3):
        super().__init__()
        self.rnn = nn.GRU(width, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.head(out[:, -1])


torch.manual_seed(0)
model, criterion = Classifier(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 10, 12),), torch.randint(0, 3, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
