"""Programs that only do for some batches, and dropout that stays on: each marked line is one."""

import torch
import torch.nn.functional as F
from torch import nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.score = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 1)

    def forward(self, images):
        pooled = F.adaptive_avg_pool2d(self.maps(images), 1).squeeze()  # note: squeezed-batch
        return self.score(pooled).squeeze()  # note: squeezed-batch


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.body, self.head = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(64, 16), nn.Linear(8 * 16, 5)

    def forward(self, images):
        rows = self.body(self.maps(images).view(12, 8, -1))  # warning: frozen-batch
        return self.head(rows.reshape(12, 8 * 16))  # warning: frozen-batch


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(24, 24)

    def forward(self, x):
        return self.project(x).view(12, -1, 4, 6).transpose(1, 2)  # warning: frozen-batch


class Dropped(nn.Module):
    def __init__(self, chance=0.2):
        super().__init__()
        self.body, self.project, self.chance = nn.Linear(24, 24), nn.Linear(24, 72), chance

    def forward(self, x):
        x = F.dropout(self.body(x), self.chance)  # warning: dropout-in-evaluation
        x = nn.Dropout(0.3)(x.relu())  # warning: dropout-in-evaluation
        q, k, v = self.project(x).chunk(3, dim=-1)
        x = F.scaled_dot_product_attention(q, k, v, dropout_p=self.chance)  # warning: dropout-in-evaluation
        weights = F.dropout((q @ k.mT / 24**0.5).softmax(-1), p=0.1)  # warning: dropout-in-evaluation
        return x + weights @ v


scores = Scorer()(torch.randn(12, 3, 8, 8))
classes = Frozen()(torch.randn(12, 3, 8, 8))
heads = Heads()(torch.randn(12, 9, 24))
mixed = Dropped()(torch.randn(12, 9, 24))
single = torch.squeeze(nn.Linear(24, 1)(torch.randn(12, 24)))  # note: squeezed-batch

tokens, pictures, words = nn.Linear(24, 16)(mixed), nn.Linear(24, 16)(mixed[:, 0]), nn.Linear(24, 16)(mixed[:, 1])
alike = F.normalize(tokens) @ F.normalize(tokens).mT  # warning: norm-axis
pictures, words = F.normalize(pictures, dim=0), F.normalize(words, dim=0)  # warning: norm-axis
loss = F.cross_entropy(pictures @ words.T / 0.1, torch.arange(12))
steps = F.cosine_similarity(tokens, tokens.roll(1, 1))  # warning: norm-axis
by_layer = nn.CosineSimilarity()(tokens, tokens.flip(1))  # warning: norm-axis
by_letters = torch.einsum("btd,bsd->bts", F.normalize(tokens), F.normalize(tokens))  # warning: norm-axis

memory, cross = torch.randn(12, 9, 24), nn.MultiheadAttention(24, 4, batch_first=True)
crossed, _ = cross(mixed, memory, mixed)  # warning: key-value-source


BATCH_SIZE = 12


class Centred(nn.Module):
    """Standardised over whatever batch comes, channels and pixels with it."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 6, 3, padding=1), nn.Linear(6 * 16 * 16, 4)

    def forward(self, x):
        x = self.conv(x)
        x = (x - x.mean()) / torch.sqrt(x.var() + 1e-6)  # warning: batch-statistics
        return self.head(x.relu().reshape(BATCH_SIZE, -1))  # warning: frozen-batch


F.cross_entropy(Centred()(torch.randn(12, 3, 16, 16)), torch.randint(0, 4, (12,))).backward()
