"""Standardise a set of colour images for a network that takes the channels first."""
import numpy as np


def load(count, side):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, size=(count, side, side, 3), dtype=np.uint8)


def standardise(images, mean, std):
    scaled = images.astype(np.float32) / 255.0
    return (scaled - mean) / std


images = load(24, 32)
mean = np.array([0.485, 0.456, 0.406], dtype=np.float32)
std = np.array([0.229, 0.224, 0.225], dtype=np.float32)
first = images.transpose(0, 3, 1, 2)
standard = standardise(first, mean, std)
grey = standard.mean(axis=1, keepdims=True)
flat = grey.reshape(len(grey), -1)
print(flat.shape, flat.mean(), flat.std())
