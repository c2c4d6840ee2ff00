import tensorflow as tf


class Scorer(tf.Module):
    def __init__(self, width):
        self.w = tf.Variable(tf.random.normal((width, width)))
        self.v = tf.Variable(tf.random.normal((width,)))

    @tf.function(input_signature=[tf.TensorSpec([None, None, 6], tf.float32)])
    def __call__(self, x):
        h = tf.tanh(tf.einsum("btd,de->bte", x, self.w))
        scores = tf.linalg.matvec(h, self.v)
        weights = tf.nn.softmax(scores, axis=-1)
        return tf.reduce_sum(x * weights[..., tf.newaxis], axis=1)


scorer = Scorer(6)
for batch, length in ((2, 5), (7, 3), (1, 1)):
    out = scorer(tf.random.normal((batch, length, 6)))
    tf.debugging.assert_shapes([(out, (batch, 6))])
    print(out.shape)
