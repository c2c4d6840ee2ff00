"""A network of two layers, forward and backward, by hand."""
import numpy as np


class Network:
    def __init__(self, inputs, hidden, outputs):
        rng = np.random.default_rng(12)
        self.W1 = rng.normal(size=(inputs, hidden)) * np.sqrt(2 / inputs)
        self.b1 = np.zeros((1, hidden))
        self.W2 = rng.normal(size=(hidden, outputs)) * np.sqrt(2 / hidden)
        self.b2 = np.zeros((1, outputs))

    def forward(self, X):
        self.X = X
        self.hidden = np.maximum(0, X.dot(self.W1) + self.b1)
        return self.hidden.dot(self.W2) + self.b2

    def backward(self, error, rate):
        rows = len(self.X)
        back = error.dot(self.W2) * (self.hidden > 0)
        self.W2 -= rate * self.hidden.T.dot(error) / rows
        self.b2 -= rate * error.mean(axis=0, keepdims=True)
        self.W1 -= rate * self.X.T.dot(back) / rows
        self.b1 -= rate * back.mean(axis=0, keepdims=True)


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)
network = Network(2, 8, 1)
for step in range(200):
    error = network.forward(X) - y
    network.backward(error, 0.1)
print(np.round(network.forward(X), 2).ravel())
