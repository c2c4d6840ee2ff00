import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))


class VAE(keras.Model):
    def __init__(self, latent=4):
        super().__init__()
        self.encode = keras.Sequential([layers.Flatten(), layers.Dense(64, activation="relu")])
        self.mean, self.log_var = layers.Dense(latent), layers.Dense(latent)
        self.sample = Sampling()
        self.decode = keras.Sequential(
            [layers.Dense(64, activation="relu"), layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28))]
        )
        self.total = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.total]

    def call(self, x):
        h = self.encode(x)
        return self.decode(self.mean(h))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            h = self.encode(data)
            mean, log_var = self.mean(h), self.log_var(h)
            rebuilt = self.decode(self.sample([mean, log_var]))
            entropy = ops.sum(keras.losses.binary_crossentropy(data, rebuilt), axis=-1)
            kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=1)
            loss = ops.mean(entropy + kl)
        grads = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        self.total.update_state(loss)
        return {"loss": self.total.result()}


digits = np.random.rand(130, 28, 28).astype("float32")
vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam())
vae.fit(digits, epochs=2, batch_size=32)
print(vae.predict(digits[:2]).shape)
