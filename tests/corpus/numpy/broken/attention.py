"""Attention with several heads, in NumPy."""
import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def heads_of(x, heads):
    batch, steps, width = x.shape
    return x.reshape(batch, steps, heads, width // heads).transpose(0, 2, 1, 3)


def attention(q, k, v):
    scores = q @ k / np.sqrt(q.shape[-1])
    return softmax(scores) @ v


rng = np.random.default_rng(8)
x = rng.normal(size=(2, 10, 32))
Wq, Wk, Wv, Wo = (rng.normal(size=(32, 32)) for _ in range(4))
q, k, v = (heads_of(x @ W, 4) for W in (Wq, Wk, Wv))
out = attention(q, k, v)
merged = out.transpose(0, 2, 1, 3).reshape(2, 10, 32) @ Wo
print(merged.shape)
