import numpy as np
import keras
from keras import layers, ops

num_classes = 7
counts = np.array([812, 120, 95, 402, 77, 310])
class_weights = (counts.sum() / counts).astype("float32")


class WeightedCrossentropy(keras.losses.Loss):
    def __init__(self, weights, name="weighted_crossentropy"):
        super().__init__(name=name)
        self.weights = ops.convert_to_tensor(weights)

    def call(self, y_true, y_pred):
        y_pred = ops.clip(y_pred, 1e-7, 1 - 1e-7)
        return -ops.sum(self.weights * y_true * ops.log(y_pred), axis=-1)


x = np.random.rand(140, 30).astype("float32")
y = keras.utils.to_categorical(np.random.randint(0, num_classes, 140), num_classes)

model = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(num_classes, activation="softmax")])
model.compile(optimizer="adam", loss=WeightedCrossentropy(class_weights), metrics=["accuracy"])
model.fit(x, y, batch_size=20, epochs=2)
