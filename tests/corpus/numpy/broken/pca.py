"""Principal components, by the covariance."""
import numpy as np

KEPT = 3

rng = np.random.default_rng(5)
hidden = rng.normal(size=(120, KEPT))
X = hidden @ rng.normal(size=(KEPT, 8)) + 0.05 * rng.normal(size=(120, 8))
centred = X - X.mean(axis=0)
covariance = centred.T @ centred / (len(X) - 1)
values, vectors = np.linalg.eigh(covariance)
order = np.argsort(values)[::-1]
components = vectors[:, order[:KEPT]]
scores = centred @ components
restored = scores @ components + X.mean(axis=0)
print(scores.shape, restored.shape)
