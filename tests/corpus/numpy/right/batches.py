"""Batches of padded sequences, and their means over what is not padding."""
import numpy as np


def pad(sequences, length):
    padded = np.zeros((len(sequences), length), dtype=int)
    for row, sequence in enumerate(sequences):
        padded[row, : len(sequence)] = sequence
    return padded


def batches(*arrays, size):
    order = np.random.default_rng(9).permutation(len(arrays[0]))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        yield tuple(array[chosen] for array in arrays)


sequences = [list(range(1, 1 + n)) for n in (3, 7, 2, 5, 9, 4, 6)]
longest = max(map(len, sequences))
tokens = pad(sequences, longest)
labels = np.arange(len(sequences)) % 2
table = np.random.default_rng(10).normal(size=(tokens.max() + 1, 6))
for batch, target in batches(tokens, labels, size=3):
    known = batch > 0
    vectors = table[batch]
    mean = (vectors * known[..., None]).sum(axis=1) / known.sum(axis=1, keepdims=True)
    positive = mean[target == 1]
    print(mean.shape, positive.shape)
