"""A masked autoencoder's ends: images to patches and back, with einsum and permute."""

import torch
from torch import nn

torch.manual_seed(38)
p = 4


def patchify(images):
    n, c, height, width = images.shape
    h, w = height // p, width // p
    x = images.reshape(shape=(n, c, h, p, w, p))
    x = torch.einsum("nchpwq->nhwpqc", x)
    return x.reshape(shape=(n, h * w, p * p * c))


def unpatchify(x, h, w):
    x = x.reshape(x.shape[0], h, w, p, p, 3)
    x = x.permute(0, 5, 1, 3, 2, 4)
    return x.reshape(x.shape[0], 3, h * p, w * p)


class Autoencoder(nn.Module):
    def __init__(self, dim=20):
        super().__init__()
        self.embed, self.decode = nn.Linear(p * p * 3, dim), nn.Linear(dim, p * p * 3)
        self.mix = nn.TransformerEncoderLayer(dim, 4, 40, dropout=0.0, batch_first=True)

    def forward(self, images, mask):
        x = self.embed(patchify(images)) * (1 - mask).unsqueeze(-1)
        return self.decode(self.mix(x))


images = torch.randn(5, 3, 16, 24)
mask = (torch.rand(5, 24) > 0.5).float()
model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    predicted = model(images, mask)
    target = patchify(images)
    mean = target.mean(dim=-1, keepdim=True)
    var = target.var(dim=-1, keepdim=True)
    target = (target - mean) / (var + 1e-6) ** 0.5
    loss = (predicted - target).pow(2).mean(dim=-1)
    loss = (loss * mask).sum() / mask.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
picture = unpatchify(predicted, 4, 6)
print(loss.item(), picture.shape)
