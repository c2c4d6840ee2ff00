"""Style by Gram matrices of features, content by their distance."""

import torch
import torch.nn as nn

torch.manual_seed(32)
net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 12, 3, padding=1))


def gram(features):
    b, c, h, w = features.shape
    flat = features.view(b, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)) / (c * h * w)


def normalised(features):
    mean = features.mean(dim=(2, 3), keepdim=True)
    std = features.std(dim=(2, 3), keepdim=True)
    return (features - mean) / (std + 1e-5)


style, content = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16)
image = content.clone().requires_grad_()
optimizer = torch.optim.Adam([image], lr=0.01)
with torch.no_grad():
    wanted, kept = gram(net(style)), normalised(net(content))
for _ in range(2):
    features = net(image)
    loss = (gram(features) - wanted).pow(2).sum() + (normalised(features) - kept).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
