import numpy as np
import tensorflow as tf

nodes, width, hidden, classes = 30, 16, 8, 3
adjacency = (np.random.rand(nodes, nodes) > 0.8).astype("float32")
adjacency = np.maximum(adjacency, adjacency.T) + np.eye(nodes, dtype="float32")
degree = adjacency.sum(1)
normed = adjacency / np.sqrt(np.outer(degree, degree))
features = tf.random.normal((nodes, width))
labels = tf.random.uniform((nodes,), 0, classes, dtype=tf.int32)

w1 = tf.Variable(tf.random.normal((width, hidden)))
w2 = tf.Variable(tf.random.normal((hidden, classes)))


def gcn(x):
    h = tf.nn.relu(tf.matmul(normed, tf.matmul(x, w1)))
    return tf.matmul(normed, tf.matmul(h, w2), transpose_b=True)


with tf.GradientTape() as tape:
    logits = gcn(features)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
print(loss, [g.shape for g in tape.gradient(loss, [w1, w2])])
