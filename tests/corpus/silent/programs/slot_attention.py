"""Slots compete for the places of an image, and take weighted means."""

import torch
from torch import nn

torch.manual_seed(27)


class SlotAttention(nn.Module):
    def __init__(self, slots=5, dim=20, iterations=2):
        super().__init__()
        self.iterations, self.scale = iterations, dim**-0.5
        self.start = nn.Parameter(torch.randn(1, slots, dim))
        self.to_q, self.to_k, self.to_v = (nn.Linear(dim, dim) for _ in range(3))
        self.gru = nn.GRUCell(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, inputs):
        b, n, d = inputs.shape
        inputs = self.norm(inputs)
        k, v = self.to_k(inputs), self.to_v(inputs)
        slots = self.start.expand(b, -1, -1)
        for _ in range(self.iterations):
            before = slots
            dots = torch.einsum("bid,bjd->bij", self.to_q(slots), k) * self.scale
            attn = dots.softmax(dim=1) + 1e-8
            attn = attn / attn.sum(dim=-1, keepdim=True)
            updates = torch.einsum("bjd,bij->bid", v, attn)
            slots = self.gru(updates.reshape(-1, d), before.reshape(-1, d)).reshape(b, -1, d)
        return slots


features = torch.randn(3, 20, 7, 7)
tokens = features.flatten(2).transpose(1, 2)
model = SlotAttention()
decoder = nn.Linear(20, 20)
optimizer = torch.optim.Adam([*model.parameters(), *decoder.parameters()], lr=1e-3)
for _ in range(2):
    slots = model(tokens)
    recon = decoder(slots).mean(dim=1)
    loss = (recon - tokens.mean(dim=1)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), slots.shape)
