import numpy as np
import tensorflow as tf

X = np.random.rand(300, 3).astype("float32")
true_w = np.array([[2.0], [-1.0], [0.5]], dtype="float32")
y = X @ true_w + 0.3
w = tf.Variable(tf.random.normal((3, 1)))
b = tf.Variable(0.0)

for step in range(200):
    with tf.GradientTape() as tape:
        prediction = tf.matmul(X, w) + b
        loss = tf.reduce_mean((prediction - y) ** 2)
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.1 * dw)
    b.assign_sub(0.1 * db)
    if step % 50 == 0:
        print(step, loss.numpy())

closed = tf.linalg.lstsq(tf.concat([X, tf.ones((300, 1))], axis=1), y)
print(tf.squeeze(closed), tf.linalg.norm(closed[:3] - true_w).numpy())
