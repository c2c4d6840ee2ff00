"""Linear regression by gradient descent."""
import numpy as np


def with_bias(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])


def descend(X, y, rate=0.1, rounds=50):
    theta = np.zeros((X.shape[1], 1))
    for _ in range(rounds):
        error = X @ theta - y
        theta -= rate * X @ error / len(X)
    return theta


rng = np.random.default_rng(6)
X = rng.random((80, 3))
y = X @ np.array([[2.0], [-1.0], [0.5]]) + 4 + 0.1 * rng.standard_normal((80, 1))
A = with_bias(X)
theta = descend(A, y)
print(theta.ravel(), float(np.mean((A @ theta - y) ** 2)))
