import numpy as np
import tensorflow as tf

dt = 0.1
F = tf.constant([[1.0, dt, 0.5 * dt * dt], [0.0, 1.0, dt], [0.0, 0.0, 1.0]])
H = tf.constant([[1.0, 0.0]])
Q = 0.01 * tf.eye(3)
R = tf.constant([[0.5]])

state = tf.zeros((3, 1))
P = tf.eye(3)
measurements = np.sin(np.arange(0, 3, dt)).astype("float32") + 0.1 * np.random.randn(30).astype("float32")

track = []
for z in measurements:
    state = F @ state
    P = F @ P @ tf.transpose(F) + Q
    innovation = tf.reshape(z, (1, 1)) - H @ state
    S = H @ P @ tf.transpose(H) + R
    K = P @ tf.transpose(H) @ tf.linalg.inv(S)
    state = state + K @ innovation
    P = (tf.eye(3) - K @ H) @ P
    track.append(state[0, 0])
print(tf.stack(track).shape)
