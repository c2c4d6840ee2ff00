"""Images and captions brought together: the others of the batch are the negatives."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(15)


class Tower(nn.Module):
    def __init__(self, cin, out=16):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(cin, 32), nn.ReLU(), nn.Linear(32, out))

    def forward(self, x):
        x = self.layers(x)
        return x / x.norm(dim=-1, keepdim=True)


picture, caption = Tower(40), Tower(25)
scale = nn.Parameter(torch.tensor(2.6))
optimizer = torch.optim.Adam([*picture.parameters(), *caption.parameters(), scale], lr=1e-3)
a, b = torch.randn(12, 40), torch.randn(12, 25)
for _ in range(2):
    logits = scale.exp() * picture(a) @ caption(b).t()
    targets = torch.arange(logits.size(0))
    loss = (F.cross_entropy(logits, targets) + F.cross_entropy(logits.t(), targets)) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
recall = (logits.argmax(dim=1) == targets).float().mean()
print(loss.item(), recall.item())
