"""Class numbers as one-hot rows, and the cross entropy of predictions against them."""
import numpy as np


def one_hot(labels, classes):
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels] = 1
    return rows


def cross_entropy(probabilities, targets):
    return -np.sum(targets * np.log(probabilities + 1e-9), axis=1).mean()


rng = np.random.default_rng(2)
labels = rng.integers(0, 5, size=40)
targets = one_hot(labels, 5)
again = np.eye(5)[labels]
assert (targets == again).all()
scores = rng.random((40, 5))
probabilities = scores / scores.sum(axis=1, keepdims=True)
loss = cross_entropy(probabilities, targets)
correct = probabilities.argmax(axis=1) == labels
print(loss, correct.mean())
