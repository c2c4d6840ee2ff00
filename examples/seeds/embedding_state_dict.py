"""Stored word vectors loaded into an embedding table."""

import torch
from torch import nn

words, tokens, width = 775, 100, 768

table = nn.Embedding(words, width)
vectors = torch.randn(words, tokens, width)
table.load_state_dict({"weight": vectors})

ids = torch.randint(0, words, (16, 12))
print(table(ids).shape)
