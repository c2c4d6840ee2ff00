"""Cut a series of measurements into windows, with the next value as the target."""
import numpy as np

STEPS = 12
HORIZON = 1


def series(length, features):
    time = np.arange(length)[:, None]
    waves = np.sin(time / np.linspace(3, 9, features))
    return waves + 0.1 * np.random.default_rng(1).normal(size=(length, features))


def windows(data, steps, horizon):
    inputs, targets = [], []
    for start in range(len(data) - steps - horizon + 1):
        inputs.append(data[start : start + steps])
        targets.append(data[start + steps + horizon - 1, 0])
    return np.array(inputs), np.array(targets)


data = series(200, 4)
low, high = data.min(axis=0), data.max(axis=0)
scaled = (data - low) / (high - low)
X, y = windows(scaled, STEPS, HORIZON)
split = int(len(X) * 0.8)
X_train, X_test = X[:split], X[split:]
y_train, y_test = y[:split], y[split:]
flat = X_train.reshape(X_train.shape[0], STEPS * 4)
weights, *_ = np.linalg.lstsq(flat, y_train, rcond=None)
predicted = X_test.reshape(X_test.shape[0], -1) @ weights
error = np.sqrt(np.mean((predicted - y_test) ** 2))
print(X.shape, y.shape, error)
