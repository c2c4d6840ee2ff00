import numpy as np
import keras
from keras import layers, ops

faces = np.random.rand(60, 24, 24, 1).astype("float32")
people = np.random.randint(0, 6, 60)
left = np.random.randint(0, 60, 100)
right = np.random.randint(0, 60, 100)
same = (people[left] == people[right]).astype("float32")

embed = keras.Sequential(
    [
        keras.Input((24, 24, 1)),
        layers.Conv2D(8, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="tanh"),
    ]
)
a, b = keras.Input((24, 24, 1)), keras.Input((24, 24, 1))


def distance(pair):
    x, y = pair
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x - y), axis=1, keepdims=True), 1e-7))


gap = layers.Lambda(distance, output_shape=(1,))([embed(a), embed(b)])
model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(gap))


def contrastive(y_true, y_pred, margin=1.0):
    return ops.mean((1 - y_true) * ops.square(y_pred) + y_true * ops.square(ops.maximum(margin - y_pred, 0)))


model.compile(loss=contrastive, optimizer="rmsprop")
model.fit([faces[left], faces[right]], same, batch_size=16, epochs=1)
