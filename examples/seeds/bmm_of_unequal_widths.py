"""Dot-product attention over one sequence with torch.bmm."""

import torch
import torch.nn.functional as F


def attend(query, key, value):
    scores = torch.bmm(query, key.transpose(0, 1)) / query.size(-1) ** 0.5
    weights = F.softmax(scores, dim=-1)
    return torch.bmm(weights, value)


query = torch.randn(10, 512)
key = torch.randn(10, 256)
value = torch.randn(10, 512)
print(attend(query, key, value).shape)
