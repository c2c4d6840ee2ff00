"""Programs that do for any batch, dropout that knows its module, norms along what is compared."""

import torch
import torch.nn.functional as F
from torch import nn

SIDE = 8


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.score = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 1)
        self.register_buffer("grid", torch.arange(64.0))

    def forward(self, images):
        pooled = F.adaptive_avg_pool2d(self.maps(images), 1).squeeze((2, 3))
        grid = self.grid.view(8, 8)
        return self.score(pooled).squeeze(-1) + grid.mean() + self.maps.weight.view(8, -1).mean()


class Reshaped(nn.Module):
    def __init__(self, heads=4):
        super().__init__()
        self.heads, self.project, self.places = heads, nn.Linear(24, 24), nn.Parameter(torch.randn(9, 24))

    def forward(self, x):
        batch = x.shape[0]
        cut = self.project(x).view(batch, -1, self.heads, 6).transpose(1, 2)
        places = self.places.reshape(9, 4, 6).transpose(0, 1)
        folded = self.project(x).reshape(batch * 9, 24).view(-1, 9, 24)
        return cut + places.expand(batch, 4, 9, 6), folded


class Dropped(nn.Module):
    def __init__(self, chance=0.2):
        super().__init__()
        self.body, self.project, self.chance = nn.Linear(24, 24), nn.Linear(24, 72), chance
        self.drop = nn.Dropout(chance)

    def forward(self, x):
        x = F.dropout(self.body(x), self.chance, self.training)
        x = self.drop(F.dropout(x, p=self.chance, training=self.training))
        q, k, v = self.project(x).chunk(3, dim=-1)
        chance = self.chance if self.training else 0.0
        x = F.scaled_dot_product_attention(q, k, v, dropout_p=chance)
        x = x + F.scaled_dot_product_attention(q, k, v, dropout_p=self.chance if self.training else 0)
        return F.dropout(x, 0.1, training=True)


scores = Scorer()(torch.randn(12, 3, SIDE, SIDE))
cut, folded = Reshaped()(torch.randn(12, 9, 24))
mixed = Dropped()(torch.randn(12, 9, 24))
alone = Scorer()(torch.randn(1, 3, SIDE, SIDE)).squeeze()
bare = torch.randn(12, 1).squeeze()
noisy = F.dropout(torch.randn(12, 24), 0.5)

tokens, pictures, words = nn.Linear(24, 16)(mixed), nn.Linear(24, 16)(mixed[:, 0]), nn.Linear(24, 16)(mixed[:, 1])
alike = F.normalize(tokens, dim=-1) @ F.normalize(tokens, dim=-1).mT
loss = F.cross_entropy(F.normalize(pictures) @ F.normalize(words).T / 0.1, torch.arange(12))
over_channels = F.normalize(tokens, dim=1).mT @ F.normalize(tokens, dim=1)
pixels = nn.Conv1d(24, 16, 1)(mixed.mT)
compared = F.cosine_similarity(pixels, pixels.roll(1, 2)), F.cosine_similarity(pictures, words)
weighed = (tokens @ tokens.mT / 4).softmax(-1) @ F.normalize(tokens, dim=-1)
whitened = F.normalize(pictures).T @ F.normalize(pictures)
centred = (pictures - pictures.mean(0)) / pictures.std(0)
correlated = centred.T @ ((words - words.mean(0)) / words.std(0)) / 12

memory, place, cross = torch.randn(12, 9, 24), torch.randn(9, 24), nn.MultiheadAttention(24, 4, batch_first=True)
crossed = cross(mixed, memory, memory)[0], cross(mixed + place, memory + place, memory)[0]
by_place = cross(mixed + place, mixed + place, mixed)[0]


class Centred(nn.Module):
    """Each image by itself, each channel of each, and batch normalisation by hand."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 6, 3, padding=1), nn.Linear(6 * 16 * 16, 4)
        self.gain = nn.Parameter(torch.ones(6, 1, 1))

    def forward(self, x):
        x = self.conv(x)
        x = (x - x.mean((1, 2, 3), keepdim=True)) / torch.sqrt(x.var((1, 2, 3), keepdim=True) + 1e-6)
        x = (x - x.mean((2, 3), keepdim=True)) / torch.sqrt(x.var((2, 3), keepdim=True) + 1e-6)
        x = (x - x.mean((0, 2, 3), keepdim=True)) / torch.sqrt(x.var((0, 2, 3), keepdim=True) + 1e-6) * self.gain
        return self.head(x.relu().flatten(1))


F.cross_entropy(Centred()(torch.randn(12, 3, 16, 16)), torch.randint(0, 4, (12,))).backward()
