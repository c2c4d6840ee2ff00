"""Prepare training and test data: encode, scale, split, join."""
import numpy as np


def split(X, y, share, seed):
    order = np.random.default_rng(seed).permutation(len(X))
    cut = int(len(X) * (1 - share))
    return X[order[:cut]], X[order[cut:]], y[order[:cut]], y[order[cut:]]


rng = np.random.RandomState(11)
numbers = rng.randn(150, 4)
colours = rng.randint(0, 3, 150)
one_hot = np.eye(3)[colours]
X = np.concatenate([numbers, one_hot], axis=1)
y = (numbers.sum(axis=1) > 0).astype(int)
X_train, X_test, y_train, y_test = split(X, y, 0.2, 0)
mean, std = X_train.mean(0), X_train.std(0)
X_train = (X_train - mean) / std
X_test = (X_test - mean) / std
everything = np.r_[X_train, X_test]
labels = np.append(y_train, y_test)
rows = np.c_[everything, labels]
kept = rows[(rows[:, -1] == 1) & (rows[:, 0] > 0)]
print(rows.shape, kept.shape, np.unique(labels, return_counts=True))
