"""Drop rows far from the mean, and fit what is left."""
import numpy as np

rng = np.random.default_rng(15)
X = rng.normal(size=(100, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * rng.normal(size=100)
scores = np.abs((X - X.mean(axis=0)) / X.std(axis=0))
kept = (scores < 2.5).all(axis=1)
X, y = X[kept], y[kept]
weights = np.linalg.lstsq(X, y, rcond=None)[0]
print(weights)
