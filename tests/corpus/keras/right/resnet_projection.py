import numpy as np
import keras
from keras import layers


class ResidualUnit(layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.main = [
            layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
        ]
        self.skip = []
        if strides > 1:
            self.skip = [layers.Conv2D(filters, 1, strides=strides, padding="same"), layers.BatchNormalization()]

    def call(self, inputs):
        z, skip = inputs, inputs
        for layer in self.main:
            z = layer(z)
        for layer in self.skip:
            skip = layer(skip)
        return keras.ops.relu(z + skip)


model = keras.Sequential(
    [keras.Input((33, 33, 3)), layers.Conv2D(16, 7, strides=2, padding="same"), layers.MaxPool2D(3, 2, padding="same")]
)
previous = 16
for filters in [16] * 2 + [32] * 2:
    model.add(ResidualUnit(filters, strides=1 if filters == previous else 2))
    previous = filters
model.add(layers.GlobalAvgPool2D())
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile("nadam", "sparse_categorical_crossentropy")
model.fit(np.random.rand(24, 33, 33, 3), np.random.randint(0, 10, (24, 1)), batch_size=10, epochs=1)
