import tensorflow as tf

users, items, rank = 25, 40, 6
ratings = tf.random.uniform((users, items), 1, 5)
seen = tf.cast(tf.random.uniform((users, items)) > 0.7, tf.float32)
u = tf.Variable(tf.random.normal((users, rank)) * 0.1)
v = tf.Variable(tf.random.normal((items, rank)) * 0.1)
bu = tf.Variable(tf.zeros((users, 1)))
bi = tf.Variable(tf.zeros((items,)))
optimizer = tf.keras.optimizers.Adam(0.05)


def step():
    with tf.GradientTape() as tape:
        guess = u @ tf.transpose(v) + bu + bi
        error = tf.reduce_sum(seen * (ratings - guess) ** 2) / tf.reduce_sum(seen)
        loss = error + 0.01 * (tf.nn.l2_loss(u) + tf.nn.l2_loss(v))
    variables = [u, v, bu, bi]
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return error


history = [float(step()) for _ in range(60)]
s = tf.linalg.svd(ratings, compute_uv=False)
print(history[-1], s.shape, tf.math.top_k(u @ tf.transpose(v), k=3).indices.shape)
