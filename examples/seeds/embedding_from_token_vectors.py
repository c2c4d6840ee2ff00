"""A classifier that starts from word vectors computed by another model, one vector for each token of each word."""

import torch
from torch import nn

words, tokens, width = 775, 100, 768


def encode(count):
    return torch.randn(count, tokens, width)


class Classifier(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=True)
        self.head = nn.Linear(width, 4)

    def forward(self, ids):
        return self.head(self.embedding(ids).mean(dim=1))


model = Classifier(encode(words))
ids = torch.randint(0, words, (16, 12))
print(model(ids).shape)
