"""k-means by hand."""
import numpy as np


def nearest(points, centres):
    apart = points - centres
    return (apart**2).sum(axis=-1).argmin(axis=1)


def kmeans(points, k, rounds=20, seed=0):
    rng = np.random.default_rng(seed)
    centres = points[rng.choice(len(points), k, replace=False)]
    for _ in range(rounds):
        labels = nearest(points, centres)
        centres = np.stack([points[labels == each].mean(axis=0) for each in range(k)])
    return centres, labels


rng = np.random.default_rng(4)
points = np.vstack([rng.normal(loc=place, size=(50, 2)) for place in (0.0, 5.0, 10.0)])
centres, labels = kmeans(points, 3)
print(centres.shape, labels.shape)
