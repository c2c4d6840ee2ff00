import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

train_x = np.random.rand(200, 784).astype("float32")
train_y = np.random.randint(0, 10, 200)

x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
W = tf.Variable(tf.zeros([784, 10]))
b = tf.Variable(tf.zeros([10]))
pred = tf.nn.softmax(tf.matmul(x, W) + b)
cost = tf.reduce_mean(-tf.reduce_sum(y * tf.log(pred + 1e-9), axis=1))
optimizer = tf.train.GradientDescentOptimizer(0.01).minimize(cost)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for start in range(0, 200, 50):
        batch_x, batch_y = train_x[start : start + 50], train_y[start : start + 50]
        _, c = sess.run([optimizer, cost], feed_dict={x: batch_x, y: batch_y})
        print("cost", c)
