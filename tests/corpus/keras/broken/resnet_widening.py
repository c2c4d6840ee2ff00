import numpy as np
import keras
from keras import layers


def residual_block(x, filters, stride=1):
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=stride, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    if stride != 1:
        shortcut = layers.Conv2D(filters, 1, strides=stride)(shortcut)
    x = layers.Add()([x, shortcut])
    return layers.ReLU()(x)


inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(32, 3, padding="same")(inputs)
x = residual_block(x, 32)
x = residual_block(x, 64)
x = residual_block(x, 128, stride=2)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(10, activation="softmax")(x)

model = keras.Model(inputs, outputs)
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(np.random.rand(32, 32, 32, 3), np.random.randint(0, 10, 32), batch_size=16, epochs=1)
