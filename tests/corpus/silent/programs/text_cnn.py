"""Sentences classified by convolutions of several widths and the maximum over time."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(7)


class TextCNN(nn.Module):
    def __init__(self, vocab=100, emb=32, maps=12, widths=(2, 3, 4), classes=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.convs = nn.ModuleList(nn.Conv1d(emb, maps, width) for width in widths)
        self.fc = nn.Linear(maps * len(widths), classes)

    def forward(self, ids):
        x = self.embed(ids).permute(0, 2, 1)
        pooled = [F.relu(conv(x)).max(dim=2).values for conv in self.convs]
        return self.fc(torch.cat(pooled, dim=1))


ids, labels = torch.randint(0, 100, (6, 15)), torch.randint(0, 3, (6,))
model = TextCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    log_probs = F.log_softmax(model(ids), dim=1)
    loss = F.nll_loss(log_probs, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
correct = (log_probs.argmax(dim=1) == labels).sum()
print(loss.item(), correct.item())
