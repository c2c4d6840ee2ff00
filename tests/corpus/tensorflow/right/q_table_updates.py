import tensorflow as tf

states, actions = 16, 4
q = tf.Variable(tf.zeros((states, actions)))
target = tf.Variable(tf.zeros((states, actions)))
for episode in range(30):
    s = tf.random.uniform((10,), 0, states, dtype=tf.int32)
    a = tf.random.uniform((10,), 0, actions, dtype=tf.int32)
    r = tf.random.normal((10,))
    after = (s + 1) % states
    goal = r + 0.9 * tf.reduce_max(tf.gather(target, after), axis=1)
    pairs = tf.stack([s, a], axis=1)
    now = tf.gather_nd(q, pairs)
    q.scatter_nd_add(pairs, 0.1 * (goal - now))
    if episode % 10 == 0:
        target.assign(q)
print(tf.argmax(q, axis=1))
