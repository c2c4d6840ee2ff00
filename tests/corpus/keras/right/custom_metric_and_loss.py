import numpy as np
import keras
from keras import layers, ops


def dice(y_true, y_pred, smooth=1.0):
    y_true = ops.reshape(y_true, (-1,))
    y_pred = ops.reshape(y_pred, (-1,))
    overlap = ops.sum(y_true * y_pred)
    return (2.0 * overlap + smooth) / (ops.sum(y_true) + ops.sum(y_pred) + smooth)


def dice_loss(y_true, y_pred):
    return 1.0 - dice(y_true, y_pred)


class PixelRecall(keras.metrics.Metric):
    def __init__(self, name="pixel_recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self.hit = self.add_variable((), initializer="zeros", name="hit")
        self.all = self.add_variable((), initializer="zeros", name="all")

    def update_state(self, y_true, y_pred, sample_weight=None):
        chosen = ops.cast(y_pred > 0.5, "float32")
        self.hit.assign(self.hit + ops.sum(chosen * y_true))
        self.all.assign(self.all + ops.sum(y_true))

    def result(self):
        return self.hit / (self.all + 1e-7)


model = keras.Sequential(
    [
        keras.Input((32, 32, 1)),
        layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.Conv2D(1, 1, activation="sigmoid"),
    ]
)
model.compile("adam", loss=dice_loss, metrics=[dice, PixelRecall()])
x = np.random.rand(18, 32, 32, 1).astype("float32")
model.fit(x, (x > 0.5).astype("float32"), batch_size=8, epochs=2)
