"""A softmax classifier trained by hand on flattened digits."""
import numpy as np

CLASSES = 10


def softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)


rng = np.random.default_rng(7)
digits = rng.random((64, 28, 28))
labels = rng.integers(0, CLASSES, 64)
X = digits.reshape(64, 28 * 28)
W = rng.normal(0, 0.01, (CLASSES, 28 * 28))
b = np.zeros(CLASSES)
for epoch in range(5):
    for start in range(0, len(X), 16):
        xb, yb = X[start : start + 16], labels[start : start + 16]
        p = softmax(xb @ W + b)
        grad = p.copy()
        grad[np.arange(len(yb)), yb] -= 1
        grad /= len(yb)
        W -= 0.1 * xb.T @ grad
        b -= 0.1 * grad.sum(axis=0)
print(b)
