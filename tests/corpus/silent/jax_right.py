"""JAX: what looks wrong by an axis and is right."""

import jax
import jax.numpy as jnp

batch, steps, width, heads = 3, 10, 24, 4
keys = jax.random.split(jax.random.PRNGKey(0), 6)
weights = {name: jax.random.normal(key, (width, width)) for name, key in zip("qkvo", keys, strict=False)}
x = jax.random.normal(keys[4], (batch, steps, width))


def split(x):
    b, t, c = x.shape
    return x.reshape(b, t, heads, c // heads).transpose(0, 2, 1, 3)


def attention(weights, x):
    b, t, c = x.shape
    q, k, v = (split(x @ weights[name]) for name in "qkv")
    shares = jax.nn.softmax(q @ k.swapaxes(-1, -2) / (c // heads) ** 0.5, axis=-1)
    mixed = jnp.matmul(shares, v).swapaxes(1, 2)
    return mixed.reshape(b, t, c) @ weights["o"]


def packed(weight, x):
    b, t, c = x.shape
    q, k, v = (split(part) for part in jnp.split(x @ weight, 3, axis=-1))
    mixed = jax.nn.softmax(q @ k.swapaxes(-1, -2), axis=-1) @ v
    return mixed.swapaxes(1, 2).reshape(b, t, c) + sum(jnp.split(x, [4, 8], axis=-1)[0].mean((1, 2), keepdims=True))


def columns(q, k, v):
    return v.T @ jax.nn.softmax(k @ q.T, axis=0)  # keys in the rows


def line(params, x):
    return jnp.tanh(x @ params[0]) @ params[1]


def loss(params, x, y):
    return jnp.mean((line(params, x)[:, 0] - y) ** 2) + jnp.mean((line(params, x) - y[:, None]) ** 2)


def log_loss(logits, labels):
    chances = jax.nn.log_softmax(logits, axis=-1)
    return -(jax.nn.one_hot(labels, logits.shape[-1]) * chances).sum(axis=-1).mean()


attention(weights, x)
packed(jnp.ones((width, 3 * width)), x)
columns(x[0], x[1], x[2])
features, amounts = jax.random.normal(keys[5], (32, 6)), jnp.zeros(32)
params = [jax.random.normal(keys[0], (6, 16)), jax.random.normal(keys[1], (16, 1))]
gradient = jax.grad(loss)(params, features, amounts)
value = log_loss(features @ jnp.ones((6, 5)), jnp.arange(32) % 5)
apart = features[:, None] - features[None]  # each with each, on purpose
distances = (apart**2).sum(-1)
ranks = (distances < distances.mean()).sum(axis=0)
centred = features - features.mean(axis=0)
folds = features.reshape(4, 8, 6).swapaxes(0, 1).reshape(32, 6)
