"""Attention with several heads, in NumPy."""
import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def heads_of(x, heads):
    batch, steps, width = x.shape
    return x.reshape(batch, steps, heads, width // heads).transpose(0, 2, 1, 3)


def attention(q, k, v, mask=None):
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    return softmax(scores) @ v


rng = np.random.default_rng(8)
x = rng.normal(size=(2, 10, 32))
Wq, Wk, Wv, Wo = (rng.normal(size=(32, 32)) for _ in range(4))
q, k, v = (heads_of(x @ W, 4) for W in (Wq, Wk, Wv))
mask = np.tril(np.ones((10, 10), dtype=bool))
out = attention(q, k, v, mask)
merged = out.transpose(0, 2, 1, 3).reshape(2, 10, 32) @ Wo
position = np.arange(10)[:, None] / 10000 ** (np.arange(0, 32, 2) / 32)
code = np.zeros((10, 32))
code[:, 0::2] = np.sin(position)
code[:, 1::2] = np.cos(position)
print((merged + code).shape)
