import numpy as np
import keras
from keras import layers

x_train = np.random.rand(96, 3, 48, 48).astype("float32")
y_train = np.random.randint(0, 2, size=(96, 1))


def build_model(size):
    return keras.Sequential(
        [
            layers.Input((size, size, 3)),
            layers.Rescaling(1.0 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


model = build_model(48)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.summary()
model.fit(x_train, y_train, batch_size=32, epochs=3)
