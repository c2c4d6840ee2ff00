import numpy as np
import keras
from keras import layers

title_width, body_width = 300, 512
encoder = layers.Dense(64, activation="relu", name="encoder")

title = keras.Input(shape=(title_width,), name="title")
body = keras.Input(shape=(body_width,), name="body")
title_code = encoder(title)
body_code = encoder(body)
merged = layers.Concatenate()([title_code, body_code])
priority = layers.Dense(1, name="priority")(merged)
department = layers.Dense(4, activation="softmax", name="department")(merged)

model = keras.Model(inputs=[title, body], outputs=[priority, department])
model.compile(optimizer="rmsprop", loss=["mse", "categorical_crossentropy"])

n = 50
model.fit(
    {"title": np.random.rand(n, title_width), "body": np.random.rand(n, body_width)},
    [np.random.rand(n, 1), keras.utils.to_categorical(np.random.randint(0, 4, n), 4)],
    epochs=1,
)
