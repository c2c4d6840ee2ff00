import numpy as np
import tensorflow as tf


class GRUCell(tf.Module):
    def __init__(self, n_in, n_hidden):
        self.wx = tf.Variable(tf.random.normal((n_in, 3 * n_hidden)) * 0.1)
        self.wh = tf.Variable(tf.random.normal((n_hidden, 3 * n_hidden)) * 0.1)
        self.n_hidden = n_hidden

    def __call__(self, x, h):
        rx, zx, nx = tf.split(x @ self.wx, 3, axis=-1)
        rh, zh, nh = tf.split(h @ self.wh, 3, axis=-1)
        r, z = tf.sigmoid(rx + rh), tf.sigmoid(zx + zh)
        n = tf.tanh(nx + r * nh)
        return (1 - z) * n + z * h


cell = GRUCell(5, 9)
head = tf.Variable(tf.random.normal((9, 1)))
data = np.random.randn(21, 14, 5).astype("float32")
target = data.sum(axis=(1, 2))


@tf.function
def run(x):
    h = tf.zeros((tf.shape(x)[0], 9))
    for t in range(x.shape[1]):
        h = cell(x[:, t], h)
    return tf.squeeze(h @ head, -1)


for start in range(0, 21, 8):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((run(data[start : start + 8]) - target[start : start + 8]) ** 2)
    grads = tape.gradient(loss, [*cell.trainable_variables, head])
    print(float(loss), [tuple(g.shape) for g in grads])
