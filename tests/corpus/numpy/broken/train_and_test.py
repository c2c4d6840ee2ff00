"""Prepare training and test data: encode, scale, join."""
import numpy as np

rng = np.random.RandomState(11)
numbers = rng.randn(150, 4)
colours = rng.randint(0, 3, 150)
one_hot = np.eye(3)[colours]
X = np.concatenate([numbers, one_hot])
y = (numbers.sum(axis=1) > 0).astype(int)
order = rng.permutation(len(X))
cut = int(len(X) * 0.8)
X_train, X_test = X[order[:cut]], X[order[cut:]]
mean, std = X_train.mean(0), X_train.std(0)
X_train = (X_train - mean) / std
print(X_train.shape, X_test.shape, y.mean())
