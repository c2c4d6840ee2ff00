import tensorflow as tf


def attention(q, k, v, mask=None):
    scores = tf.matmul(q, k, transpose_b=True)
    scores /= tf.math.sqrt(tf.cast(tf.shape(k)[-1], tf.float32))
    if mask is not None:
        scores += mask * -1e9
    weights = tf.nn.softmax(scores, axis=-1)
    return tf.matmul(weights, v)


def padding_mask(ids):
    return tf.cast(tf.math.equal(ids, 0), tf.float32)


def split_heads(x, heads):
    batch, length, width = x.shape
    x = tf.reshape(x, (batch, length, heads, width // heads))
    return tf.transpose(x, perm=[0, 2, 1, 3])


ids = tf.random.uniform((6, 15), 0, 100, dtype=tf.int32)
table = tf.random.normal((100, 64))
x = tf.gather(table, ids)
q = k = v = split_heads(x, 8)
out = attention(q, k, v, padding_mask(ids))
print(out.shape)
