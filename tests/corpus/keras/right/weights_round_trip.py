import os
import tempfile

import numpy as np
import keras
from keras import layers


def make():
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dense(2)]
    )


folder = tempfile.mkdtemp()
first, second = make(), make()
first.compile("adam", "mse")
first.fit(
    np.random.rand(40, 6), np.random.rand(40, 2), epochs=1, callbacks=[keras.callbacks.EarlyStopping(monitor="loss")]
)
second.set_weights(first.get_weights())
first.save_weights(os.path.join(folder, "m.weights.h5"))
second.load_weights(os.path.join(folder, "m.weights.h5"))
first.save(os.path.join(folder, "m.keras"))
third = keras.models.load_model(os.path.join(folder, "m.keras"))

x = np.random.rand(3, 6)
assert np.allclose(first.predict(x), second.predict(x))
assert np.allclose(first.predict(x), third.predict(x))

kernel, bias = first.layers[0].get_weights()
first.layers[0].set_weights([np.zeros_like(kernel), bias])
print(first.predict(x)[0])
