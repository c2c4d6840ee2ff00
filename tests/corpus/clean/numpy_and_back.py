"""Data made with numpy, moved through a Dataset with its own collate function."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Records(Dataset):
    def __init__(self, count):
        rng = np.random.default_rng(1)
        self.signals = [rng.standard_normal((int(n), 3)).astype(np.float32) for n in rng.integers(4, 12, count)]
        self.labels = np.array([signal.mean() > 0 for signal in self.signals]).astype(np.int64)

    def __len__(self):
        return len(self.signals)

    def __getitem__(self, index):
        return {"signal": self.signals[index], "label": self.labels[index], "weights": np.ones(2)}


def collate(samples):
    longest = max(len(sample["signal"]) for sample in samples)
    batch = np.zeros((len(samples), longest, 3), dtype=np.float32)
    mask = np.zeros((len(samples), longest), dtype=bool)
    for row, sample in enumerate(samples):
        batch[row, : len(sample["signal"])] = sample["signal"]
        mask[row, : len(sample["signal"])] = True
    labels = np.stack([sample["label"] for sample in samples])
    return torch.from_numpy(batch), torch.from_numpy(mask), torch.from_numpy(labels)


encoder, head = nn.Linear(3, 8), nn.Linear(8, 2)
for batch, mask, labels in DataLoader(Records(21), batch_size=8, collate_fn=collate):
    scores = encoder(batch).masked_fill(~mask.unsqueeze(-1), float("-inf"))
    logits = head(scores.max(dim=1).values)
    print(nn.functional.cross_entropy(logits, labels).item() > 0, logits.detach().numpy().argmax(axis=1).shape)
