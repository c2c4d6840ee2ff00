"""A confusion matrix, and precision and recall of each class."""
import numpy as np

CLASSES = 4


def confusion(truth, guess, classes):
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (truth, guess), 1)
    return counts


rng = np.random.default_rng(3)
truth = rng.integers(0, CLASSES, 300)
noise = rng.random(280) < 0.2
guess = np.where(noise, rng.integers(0, CLASSES, 300), truth)
counts = confusion(truth, guess, CLASSES)
recall = np.diag(counts) / counts.sum(axis=1)
precision = np.diag(counts) / counts.sum(axis=0)
print(np.column_stack([precision, recall]))
