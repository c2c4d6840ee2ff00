import numpy as np
import tensorflow as tf

series = np.sin(np.arange(120) / 7).astype("float32")
window, batch = 20, 16
dataset = tf.data.Dataset.from_tensor_slices(series)
dataset = dataset.window(window + 1, shift=1, drop_remainder=True)
dataset = dataset.flat_map(lambda w: w.batch(window + 1))
dataset = dataset.map(lambda w: (w[:-1], w[-1]))
dataset = dataset.shuffle(100).batch(batch).prefetch(1)

w = tf.Variable(tf.random.normal((window,)) * 0.1)
b = tf.Variable(0.0)
optimizer = tf.keras.optimizers.SGD(1e-3)
for epoch in range(2):
    for x, y in dataset:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.linalg.matvec(x, w) + b - y))
        optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))
    print(epoch, float(loss))
