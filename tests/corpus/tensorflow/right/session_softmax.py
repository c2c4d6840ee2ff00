import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

X = np.random.rand(120, 30).astype("float32")
Y = np.eye(4)[np.random.randint(0, 4, 120)]
x = tf.placeholder(tf.float32, [None, 30], name="x")
y = tf.placeholder(tf.float32, [None, 4], name="y")
w1 = tf.get_variable("w1", [30, 16])
b1 = tf.get_variable("b1", [16], initializer=tf.zeros_initializer())
w2 = tf.get_variable("w2", [16, 4])
hidden = tf.nn.relu(tf.matmul(x, w1) + b1)
logits = tf.matmul(hidden, w2)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
train = tf.train.AdamOptimizer(1e-2).minimize(loss)
hits = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(hits, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(3):
        for start in range(0, len(X), 50):
            feed = {x: X[start : start + 50], y: Y[start : start + 50]}
            _, value = sess.run([train, loss], feed_dict=feed)
        print(epoch, value, sess.run(accuracy, {x: X, y: Y}))
