"""Mean and spread over batches of images, gathered as they come."""
import numpy as np

rng = np.random.default_rng(16)
total = np.zeros(3)
count = 0
for _ in range(4):
    images = rng.random((8, 16, 16, 3))
    total += images.sum(axis=(0, 1))
    count += images.shape[0] * images.shape[1] * images.shape[2]
mean = total / count
print(mean.shape)
