import numpy as np
import tensorflow as tf

BATCH = 32
words = np.random.randint(0, 50, (150, 12))
target = np.random.rand(150).astype("float32")
table = tf.Variable(tf.random.normal((50, 8)))
w = tf.Variable(tf.random.normal((12 * 8, 1)))


def predict(ids):
    vectors = tf.nn.embedding_lookup(table, ids)
    flat = tf.reshape(vectors, [BATCH, 12 * 8])
    return tf.squeeze(flat @ w, axis=-1)


optimizer = tf.keras.optimizers.Adam(0.01)
for epoch in range(2):
    for ids, y in tf.data.Dataset.from_tensor_slices((words, target)).batch(BATCH):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(predict(ids) - y))
        grads = tape.gradient(loss, [table, w])
        optimizer.apply_gradients(zip(grads, [table, w]))
    print(epoch, float(loss))
