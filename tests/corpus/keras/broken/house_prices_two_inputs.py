import numpy as np
import keras
from keras import layers

n = 120
photos = np.random.rand(n, 32, 32, 3).astype("float32")
attributes = np.random.rand(n, 10).astype("float32")
prices = np.random.rand(n, 1).astype("float32")

attribute_input = keras.Input(shape=(10,), name="attributes")
a = layers.Dense(16, activation="relu")(attribute_input)
a = layers.Dense(8, activation="relu")(a)

photo_input = keras.Input(shape=(32, 32, 3), name="photos")
p = layers.Conv2D(8, 3, activation="relu")(photo_input)
p = layers.MaxPooling2D(2)(p)
p = layers.Flatten()(p)
p = layers.Dense(8, activation="relu")(p)

joined = layers.concatenate([a, p])
z = layers.Dense(4, activation="relu")(joined)
price = layers.Dense(1)(z)

model = keras.Model(inputs=[attribute_input, photo_input], outputs=price)
model.compile(loss="mean_absolute_percentage_error", optimizer="adam")
model.fit([photos, attributes], prices, epochs=2, batch_size=24)
