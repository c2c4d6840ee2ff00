import numpy as np
import keras
from keras import layers

x = np.random.rand(40, 3, 30, 30).astype("float32")
y = np.random.randint(0, 2, (40, 1))

model = keras.Sequential(
    [
        keras.Input((3, 30, 30)),
        layers.Permute((2, 3, 1)),
        layers.Conv2D(8, 3, strides=2, activation="relu"),
        layers.BatchNormalization(axis=-1),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalMaxPooling2D(keepdims=True),
        layers.Reshape((-1,)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy", "auc"])
model.fit(x, y, batch_size=16, epochs=1)
