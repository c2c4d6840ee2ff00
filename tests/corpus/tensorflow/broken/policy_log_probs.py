import tensorflow as tf

episodes, steps, actions = 4, 25, 6
logits = tf.Variable(tf.random.normal((episodes * steps, actions)))
chosen = tf.random.uniform((episodes * steps,), 0, actions, dtype=tf.int32)
rewards = tf.random.uniform((episodes, steps))


def returns(rewards, gamma=0.99):
    powers = gamma ** tf.range(steps, dtype=tf.float32)
    return tf.cumsum(rewards * powers, axis=1, reverse=True) / powers


with tf.GradientTape() as tape:
    log_probs = tf.nn.log_softmax(logits, axis=-1)
    picked = tf.reduce_sum(log_probs * tf.one_hot(chosen, actions), axis=-1)
    loss = -tf.reduce_mean(picked * returns(rewards))
gradient = tape.gradient(loss, logits)
print(float(loss), gradient.shape)
