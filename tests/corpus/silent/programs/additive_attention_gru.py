"""Document classification: a GRU over words, additive attention over time with a mask of lengths."""

import torch
from torch import nn

torch.manual_seed(5)


class AttentionPool(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.project = nn.Linear(hidden, hidden)
        self.context = nn.Linear(hidden, 1, bias=False)

    def forward(self, states, lengths):
        energy = self.context(torch.tanh(self.project(states))).squeeze(-1)
        valid = torch.arange(states.size(1))[None, :] < lengths[:, None]
        energy = energy.masked_fill(~valid, float("-inf"))
        alpha = torch.softmax(energy, dim=1)
        return (alpha.unsqueeze(-1) * states).sum(dim=1), alpha


class Reader(nn.Module):
    def __init__(self, vocab=60, emb=20, hidden=16, classes=4):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, batch_first=True)
        self.pool = AttentionPool(hidden)
        self.classify = nn.Linear(hidden, classes)

    def forward(self, words, lengths):
        states, _ = self.gru(self.embedding(words))
        summary, alpha = self.pool(states, lengths)
        return self.classify(summary), alpha


words = torch.randint(0, 60, (7, 12))
lengths = torch.tensor([12, 9, 12, 3, 5, 8, 11])
labels = torch.randint(0, 4, (7,))
model = Reader()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits, alpha = model(words, lengths)
    loss = criterion(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), alpha.sum(dim=1))
