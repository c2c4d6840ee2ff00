"""Recordings of different length, brought to one array."""
import numpy as np

rng = np.random.default_rng(14)
recordings = [rng.normal(size=(steps, 4)) for steps in (50, 60, 55)]
labels = np.array([0, 1, 0])
longest = max(len(each) for each in recordings)
features = np.stack([np.pad(each, ((0, longest - len(each)), (0, 0))) for each in recordings])
energy = (features**2).sum(axis=(1, 2))
print(features.shape, energy[labels == 1])
