"""Linear regression by gradient descent and by the normal equation."""
import numpy as np


def with_bias(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])


def descend(X, y, rate=0.1, rounds=50):
    theta = np.zeros((X.shape[1], 1))
    for _ in range(rounds):
        error = X @ theta - y
        theta -= rate * X.T @ error / len(X)
    return theta


rng = np.random.default_rng(6)
X = rng.random((80, 3))
y = X @ np.array([[2.0], [-1.0], [0.5]]) + 4 + 0.1 * rng.standard_normal((80, 1))
A = with_bias(X)
theta = descend(A, y)
exact = np.linalg.inv(A.T @ A) @ A.T @ y
solved = np.linalg.solve(A.T.dot(A), A.T.dot(y))
print(theta.ravel(), exact.ravel(), solved.ravel(), float(np.mean((A @ exact - y) ** 2)))
