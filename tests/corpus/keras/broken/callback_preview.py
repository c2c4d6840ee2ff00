import numpy as np
import keras
from keras import layers


class Preview(keras.callbacks.Callback):
    def __init__(self, sample):
        super().__init__()
        self.sample = sample

    def on_epoch_end(self, epoch, logs=None):
        forecast = self.model(self.sample)
        print(epoch, keras.ops.convert_to_numpy(forecast)[0, 0])


steps, features = 48, 6
history = np.random.randn(200, steps, features).astype("float32")
future = np.random.randn(200, 1).astype("float32")

model = keras.Sequential(
    [
        keras.Input(shape=(steps, features)),
        layers.Conv1D(32, 5, activation="relu"),
        layers.MaxPooling1D(2),
        layers.GRU(16),
        layers.Dense(1),
    ]
)
model.compile(loss="mae", optimizer="adam")
model.fit(history, future, epochs=2, batch_size=50, callbacks=[Preview(history[0])], verbose=0)
