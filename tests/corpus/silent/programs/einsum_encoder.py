"""A classifier of sentences: attention by einsum, padding masked, mean over what is no padding."""

import torch
import torch.nn as nn

torch.manual_seed(1)


class EinsumAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v, self.out = (nn.Linear(dim, dim, bias=False) for _ in range(4))

    def forward(self, x, pad_mask):
        b, n, d = x.shape
        h = self.heads
        q = self.to_q(x).reshape(b, n, h, d // h)
        k = self.to_k(x).reshape(b, n, h, d // h)
        v = self.to_v(x).reshape(b, n, h, d // h)
        energy = torch.einsum("nqhd,nkhd->nhqk", q, k) / (d // h) ** 0.5
        energy = energy.masked_fill(pad_mask[:, None, None, :], -1e9)
        weights = torch.softmax(energy, dim=3)
        out = torch.einsum("nhql,nlhd->nqhd", weights, v).reshape(b, n, h * (d // h))
        return self.out(out)


class Classifier(nn.Module):
    def __init__(self, vocab=90, dim=32, heads=4, classes=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.attn = EinsumAttention(dim, heads)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, ids):
        pad = ids == 0
        x = self.embed(ids)
        x = self.norm(x + self.attn(x, pad))
        keep = (~pad).float().unsqueeze(-1)
        pooled = (x * keep).sum(dim=1) / keep.sum(dim=1).clamp(min=1)
        return self.head(pooled)


ids = torch.randint(1, 90, (5, 11))
ids[0, 7:] = 0
ids[3, 4:] = 0
labels = torch.tensor([0, 2, 1, 1, 0])
model = Classifier()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(2):
    logits = model(ids)
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
accuracy = (logits.argmax(dim=1) == labels).float().mean()
print(loss.item(), accuracy.item())
