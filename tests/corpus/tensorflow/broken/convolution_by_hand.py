import numpy as np
import tensorflow as tf


class ConvNet(tf.Module):
    def __init__(self):
        super().__init__()
        self.k1 = tf.Variable(tf.random.normal([3, 3, 1, 8], stddev=0.1))
        self.k2 = tf.Variable(tf.random.normal([3, 3, 8, 16], stddev=0.1))
        self.w = tf.Variable(tf.random.normal([14 * 14 * 16, 10], stddev=0.1))

    def __call__(self, x):
        x = tf.nn.relu(tf.nn.conv2d(x, self.k1, strides=1, padding="SAME"))
        x = tf.nn.max_pool2d(x, 2, 2, "SAME")
        x = tf.nn.relu(tf.nn.conv2d(x, self.k2, strides=1, padding="SAME"))
        x = tf.nn.max_pool2d(x, 2, 2, "SAME")
        x = tf.reshape(x, [tf.shape(x)[0], -1])
        return tf.matmul(x, self.w)


net = ConvNet()
images = np.random.rand(32, 28, 28, 1).astype("float32")
labels = np.random.randint(0, 10, 32)
with tf.GradientTape() as tape:
    logits = net(images)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
print(loss, len(tape.gradient(loss, net.trainable_variables)))
