import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, layers, losses, optimizers

noise_dim, batch = 32, 20
images = np.random.rand(90, 14, 14, 1).astype("float32") * 2 - 1
dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(90).batch(batch)

generator = Sequential(
    [
        layers.Input((noise_dim,)),
        layers.Dense(7 * 7 * 16),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
    ]
)
discriminator = Sequential(
    [layers.Input((14, 14, 1)), layers.Conv2D(16, 4, strides=2), layers.LeakyReLU(), layers.Flatten(), layers.Dense(1)]
)
bce = losses.BinaryCrossentropy(from_logits=True)
g_opt, d_opt = optimizers.Adam(1e-4), optimizers.Adam(1e-4)


@tf.function
def step(real):
    noise = tf.random.normal([batch, noise_dim])
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = generator(noise, training=True)
        real_out, fake_out = discriminator(real, training=True), discriminator(fake, training=True)
        g_loss = bce(tf.ones_like(fake_out), fake_out)
        d_loss = bce(tf.ones_like(real_out), real_out) + bce(tf.zeros_like(fake_out), fake_out)
    g_opt.apply_gradients(zip(g_tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables))
    d_opt.apply_gradients(
        zip(d_tape.gradient(d_loss, discriminator.trainable_variables), discriminator.trainable_variables)
    )
    return g_loss, d_loss


for epoch in range(2):
    for real in dataset:
        g_loss, d_loss = step(real)
    print(epoch, float(g_loss), float(d_loss))
