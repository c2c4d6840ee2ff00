import numpy as np
import keras
from keras import layers

letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
samples = 640
images = np.random.rand(samples, 20, 20, 1).astype("float32")
labels = np.arange(samples) % 26 + 1

inputs = keras.Input(shape=(20, 20, 1))
x = layers.Conv2D(16, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(32, 3, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(len(letters))(x)
model = keras.Model(inputs, outputs, name="letters")

model.compile(
    optimizer="rmsprop",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["sparse_categorical_accuracy"],
)
model.fit(images, labels, batch_size=64, epochs=2)
