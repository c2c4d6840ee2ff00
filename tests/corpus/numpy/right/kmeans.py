"""k-means by hand."""
import numpy as np


def nearest(points, centres):
    apart = points[:, None, :] - centres[None, :, :]
    return (apart**2).sum(axis=2).argmin(axis=1)


def kmeans(points, k, rounds=20, seed=0):
    rng = np.random.default_rng(seed)
    centres = points[rng.choice(len(points), k, replace=False)]
    for _ in range(rounds):
        labels = nearest(points, centres)
        moved = np.stack([points[labels == each].mean(axis=0) if (labels == each).any() else centres[each] for each in range(k)])
        if np.allclose(moved, centres):
            break
        centres = moved
    return centres, labels


rng = np.random.default_rng(4)
points = np.vstack([rng.normal(loc=place, size=(50, 2)) for place in (0.0, 5.0, 10.0)])
centres, labels = kmeans(points, 3)
spread = np.linalg.norm(points - centres[labels], axis=1)
print(centres.shape, labels.shape, spread.mean())
