import numpy as np
import tensorflow as tf
from tensorflow import keras

batch_size = 64
images = np.random.rand(1000, 28, 28).astype("float32")
labels = np.random.randint(0, 10, 1000)
dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(1000).batch(batch_size)

model = keras.Sequential([keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10)])
optimizer = keras.optimizers.Adam()
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
accuracy = keras.metrics.SparseCategoricalAccuracy()


def train_step(x, y):
    with tf.GradientTape() as tape:
        flat = tf.reshape(x, (batch_size, 28 * 28))
        logits = model(flat, training=True)
        loss = loss_fn(y, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    accuracy.update_state(y, logits)
    return loss


for epoch in range(2):
    for step, (x, y) in enumerate(dataset):
        loss = train_step(x, y)
    print(f"epoch {epoch}: loss {float(loss):.4f}, accuracy {float(accuracy.result()):.4f}")
    accuracy.reset_state()
