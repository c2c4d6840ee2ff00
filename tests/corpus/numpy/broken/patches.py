"""Cut images into patches, and give them places."""
import numpy as np

SIDE = 8

rng = np.random.default_rng(13)
images = rng.random((6, 32, 32, 3))
n, height, width, channels = images.shape
rows, columns = height // SIDE, width // SIDE
blocks = images.reshape(n, rows, SIDE, columns, SIDE, channels)
patches = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(n, rows * columns, SIDE * SIDE * channels)
projection = rng.normal(size=(SIDE * SIDE * channels, 64)) / 8
tokens = patches @ projection
first = np.zeros((1, 1, 64))
tokens = np.concatenate([np.repeat(first, n, axis=0), tokens], axis=1)
places = rng.normal(size=(1, rows * columns, 64))
tokens = tokens + places
print(tokens.shape)
