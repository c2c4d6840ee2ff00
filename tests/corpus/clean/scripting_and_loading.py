"""Checkpoints saved and loaded, a head replaced, a state dict filtered, weights shared by two models."""

import io

import torch
from torch import nn


def build(classes):
    return nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, classes))


old = build(5)
buffer = io.BytesIO()
torch.save({"model": old.state_dict(), "epoch": 3}, buffer)
buffer.seek(0)
stored = torch.load(buffer)

new = build(7)
body = {name: value for name, value in stored["model"].items() if not name.startswith("2.")}
missing = new.load_state_dict(body, strict=False)
print(missing.missing_keys)

same = build(5)
same.load_state_dict(stored["model"])
same[2] = nn.Linear(same[2].in_features, 9)
same[0].weight = new[0].weight
x = torch.randn(4, 10)
print(new(x).shape, same(x).shape, nn.utils.parameters_to_vector(same.parameters()).shape)
matching = {k: v for k, v in stored["model"].items() if v.shape == new.state_dict()[k].shape}
print(sorted(matching))
