"""Cut images into patches, and put them together again."""
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
places = rng.normal(size=(1, rows * columns + 1, 64))
tokens = tokens + places
again = patches.reshape(n, rows, columns, SIDE, SIDE, channels).transpose(0, 1, 3, 2, 4, 5)
assert np.array_equal(again.reshape(images.shape), images)
batch = np.expand_dims(images[0], 0)
means = np.squeeze(batch.mean(axis=(1, 2)))
print(tokens.shape, batch.shape, means.shape)
