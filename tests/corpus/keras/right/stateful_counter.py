import numpy as np
import keras
from keras import layers

batch, steps = 8, 6
model = keras.Sequential(
    [
        keras.Input(batch_shape=(batch, steps, 2)),
        layers.LSTM(10, stateful=True, return_sequences=True),
        layers.LSTM(10, stateful=True),
        layers.Dense(1),
    ]
)
model.compile("adam", "mse")
x = np.random.rand(64, steps, 2).astype("float32")
y = x.sum(axis=(1, 2))[:, None]
for epoch in range(3):
    model.fit(x, y, batch_size=batch, shuffle=False, epochs=1, verbose=0)
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
print(model.predict(x[:batch], batch_size=batch).ravel())
