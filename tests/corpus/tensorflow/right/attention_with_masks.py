import tensorflow as tf


def look_ahead(size):
    return 1 - tf.linalg.band_part(tf.ones((size, size)), -1, 0)


def attend(q, k, v, mask):
    scores = tf.matmul(q, k, transpose_b=True) / tf.math.sqrt(tf.cast(k.shape[-1], tf.float32))
    scores += mask * -1e9
    return tf.matmul(tf.nn.softmax(scores), v)


ids = tf.constant([[5, 8, 2, 0, 0], [7, 1, 0, 0, 0]])
padding = tf.cast(tf.equal(ids, 0), tf.float32)[:, tf.newaxis, tf.newaxis, :]
mask = tf.maximum(padding, look_ahead(ids.shape[1]))
x = tf.nn.embedding_lookup(tf.random.normal((10, 12)), ids)
batch, length, width = tf.unstack(tf.shape(x))
heads = tf.transpose(tf.reshape(x, (batch, length, 3, width // 3)), (0, 2, 1, 3))
out = attend(heads, heads, heads, mask)
out = tf.reshape(tf.transpose(out, (0, 2, 1, 3)), (batch, -1, width))
print(out.shape)
