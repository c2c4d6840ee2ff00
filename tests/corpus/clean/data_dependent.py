"""Sizes that depend on values: nonzero, unique, masked selection, top-k by a threshold, a loop that stops early."""

import torch

torch.manual_seed(0)
scores = torch.rand(50)
boxes = torch.rand(50, 4)
keep = (scores > 0.5).nonzero().squeeze(1)
boxes, scores = boxes[keep], scores[keep]
order = scores.argsort(descending=True)
chosen = []
while order.numel() > 0 and len(chosen) < 5:
    first = order[0].item()
    chosen.append(first)
    centre = boxes[first, :2]
    far = (boxes[order, :2] - centre).abs().sum(dim=1) > 0.2
    order = order[far]
print(boxes[chosen].shape)

labels = torch.randint(0, 4, (30,))
names, inverse, counts = labels.unique(return_inverse=True, return_counts=True)
sums = torch.zeros(len(names), 8).index_add_(0, inverse, torch.randn(30, 8))
print((sums / counts.unsqueeze(1)).shape)

sequence = torch.randn(1, 3)
for step in range(10):
    sequence = torch.cat([sequence, sequence[-1:] * 0.5])
    if sequence[-1].abs().max().item() < 0.05:
        break
print(sequence.shape[1])
