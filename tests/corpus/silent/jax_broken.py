"""JAX: what is wrong by an axis and raises nothing; each marked line is one."""

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
    shares = jax.nn.softmax(q @ k.swapaxes(-1, -2) / (c // heads) ** 0.5, axis=-2)  # warning: softmax-axis
    mixed = jnp.matmul(shares, v)
    return mixed.reshape(b, t, c) @ weights["o"]  # warning: scrambled-reshape


def packed(weight, x):
    b, t, c = x.shape
    q, k, v = (split(part) for part in jnp.split(x @ weight, 3, axis=-1))
    mixed = jax.nn.softmax(q @ k.swapaxes(-1, -2), axis=-1) @ v
    return mixed.reshape(b, t, c)  # warning: scrambled-reshape


def line(params, x):
    return jnp.tanh(x @ params[0]) @ params[1]


def loss(params, x, y):
    return jnp.mean((line(params, x) - y) ** 2)  # warning: paired-broadcast


def log_loss(logits, labels):
    chances = jax.nn.log_softmax(logits, axis=0)  # warning: softmax-axis
    return -(jax.nn.one_hot(labels, logits.shape[-1]) * chances).sum(axis=-1).mean()


attention(weights, x)
packed(jnp.ones((width, 3 * width)), x)
features, amounts = jax.random.normal(keys[5], (32, 6)), jnp.zeros(32)
params = [jax.random.normal(keys[0], (6, 16)), jax.random.normal(keys[1], (16, 1))]
gradient = jax.grad(loss)(params, features, amounts)
value = log_loss(features @ jnp.ones((6, 5)), jnp.arange(32) % 5)
