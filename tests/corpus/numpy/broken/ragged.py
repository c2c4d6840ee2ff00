"""Recordings of different length, brought to one array."""
import numpy as np

rng = np.random.default_rng(14)
recordings = [rng.normal(size=(steps, 4)) for steps in (50, 60, 55)]
labels = np.array([0, 1, 0])
features = np.stack(recordings)
energy = (features**2).sum(axis=(1, 2))
print(features.shape, energy[labels == 1])
