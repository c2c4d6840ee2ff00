import numpy as np
import tensorflow as tf

n_features, n_hidden, n_classes = 20, 64, 5
X = np.random.randn(500, n_features).astype("float32")
Y = np.random.randint(0, n_classes, 500)

W1 = tf.Variable(tf.random.normal([n_features, n_hidden], stddev=0.1))
b1 = tf.Variable(tf.zeros([n_hidden]))
W2 = tf.Variable(tf.random.normal([n_classes, n_hidden], stddev=0.1))
b2 = tf.Variable(tf.zeros([n_classes]))
params = [W1, b1, W2, b2]


def forward(x):
    h = tf.nn.relu(tf.matmul(x, W1) + b1)
    return tf.matmul(h, W2) + b2


dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(50)
for epoch in range(3):
    for x, y in dataset:
        with tf.GradientTape() as tape:
            logits = forward(x)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
        for p, g in zip(params, tape.gradient(loss, params)):
            p.assign_sub(0.1 * g)
    print(epoch, loss.numpy())
