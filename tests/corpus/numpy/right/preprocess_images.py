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
standard = standardise(images, mean, std)
first = standard.transpose(0, 3, 1, 2)
grey = first.mean(axis=1, keepdims=True)
padded = np.pad(grey, ((0, 0), (0, 0), (2, 2), (2, 2)), mode="reflect")
crops = padded[:, :, 2:-2, 2:-2]
flipped = crops[..., ::-1]
batch = np.concatenate([crops, flipped], axis=0)
assert batch.shape == (48, 1, 32, 32)
flat = batch.reshape(len(batch), -1)
print(flat.shape, flat.mean(), flat.std())
