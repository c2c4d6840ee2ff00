"""A table's columns as tokens: an embedding for each category, a scale for each number."""

import torch
from torch import nn

torch.manual_seed(22)


class Tabular(nn.Module):
    def __init__(self, cardinalities=(5, 7, 3), numbers=4, dim=16, classes=2):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, dim) for size in cardinalities)
        self.weight, self.bias = nn.Parameter(torch.randn(numbers, dim)), nn.Parameter(torch.zeros(numbers, dim))
        self.cls = nn.Parameter(torch.randn(1, 1, dim))
        layer = nn.TransformerEncoderLayer(dim, 4, 32, dropout=0.0, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, 2)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def forward(self, categories, numbers):
        tokens = torch.stack([table(categories[:, i]) for i, table in enumerate(self.tables)], dim=1)
        values = numbers.unsqueeze(-1) * self.weight + self.bias
        cls = self.cls.expand(categories.size(0), -1, -1)
        x = self.transformer(torch.cat([cls, tokens, values], dim=1))
        return self.head(x[:, 0])


rows = 12
categories = torch.stack([torch.randint(0, size, (rows,)) for size in (5, 7, 3)], dim=1)
numbers = torch.randn(rows, 4)
numbers = (numbers - numbers.mean(dim=0, keepdim=True)) / numbers.std(dim=0, keepdim=True)
labels = torch.randint(0, 2, (rows,))
model = Tabular()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(categories, numbers)
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
positive = logits.softmax(dim=1)[:, 1]
print(loss.item(), positive.mean().item())
