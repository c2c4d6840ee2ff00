"""A small U-net for segmentation with a soft Dice loss beside cross entropy."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(8)


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.down1, self.down2, self.middle = block(3, 8), block(8, 16), block(16, 16)
        self.up2, self.up1 = block(32, 8), block(16, 8)
        self.out = nn.Conv2d(8, classes, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.middle(F.max_pool2d(b, 2))
        y = self.up2(torch.cat([F.interpolate(c, scale_factor=2), b], dim=1))
        y = self.up1(torch.cat([F.interpolate(y, scale_factor=2), a], dim=1))
        return self.out(y)


def dice(logits, target):
    probs = F.softmax(logits, dim=1)
    onehot = F.one_hot(target, logits.size(1)).permute(0, 3, 1, 2).float()
    inter = (probs * onehot).sum(dim=(2, 3))
    total = probs.sum(dim=(2, 3)) + onehot.sum(dim=(2, 3))
    return 1 - ((2 * inter + 1) / (total + 1)).mean(dim=1).mean()


images, target = torch.randn(2, 3, 16, 16), torch.randint(0, 4, (2, 16, 16))
model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(images)
    loss = F.cross_entropy(logits, target) + dice(logits, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
prediction = logits.argmax(dim=1)
print(loss.item(), (prediction == target).float().mean().item())
