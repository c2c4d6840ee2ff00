"""Principal components, by the covariance and by the singular values."""
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
restored = scores @ components.T + X.mean(axis=0)
U, S, Vt = np.linalg.svd(centred, full_matrices=False)
by_svd = U[:, :KEPT] * S[:KEPT]
share = (S**2 / (S**2).sum())[:KEPT]
print(scores.shape, restored.shape, by_svd.shape, share)
