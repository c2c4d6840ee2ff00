import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

(x_train, y_train), _ = keras.datasets.fashion_mnist.load_data()
x_train = x_train[:300].reshape(-1, 784).astype("float32") / 255
y_train = y_train[:300]
dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(300).batch(64)

inputs = keras.Input((784,), name="digits")
x = layers.Dense(32, activation="relu")(inputs)
model = keras.Model(inputs, layers.Dense(10)(x))
optimizer = keras.optimizers.SGD(1e-2)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
metric = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
        loss += 1e-4 * tf.add_n([tf.nn.l2_loss(v) for v in model.trainable_weights])
    grads = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    metric.update_state(y, logits)
    return loss


for epoch in range(2):
    for step, (xb, yb) in enumerate(dataset):
        loss = train_step(xb, yb)
        if step % 2 == 0:
            print(epoch, step, float(loss))
    print("accuracy", float(metric.result()))
    metric.reset_state()
