import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, layers

flowers = np.random.rand(60, 32, 32, 3).astype("float32")
kinds = np.random.randint(0, 5, 60)


def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    image = tf.image.random_brightness(image, 0.2)
    return image, label


train = tf.data.Dataset.from_tensor_slices((flowers[:48], kinds[:48]))
train = train.map(augment).shuffle(48).prefetch(tf.data.AUTOTUNE)
valid = tf.data.Dataset.from_tensor_slices((flowers[48:], kinds[48:])).batch(12)

model = Sequential(
    [
        layers.Input(shape=(32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPool2D(),
        layers.Flatten(),
        layers.Dense(5),
    ]
)
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(train, validation_data=valid, epochs=2)
