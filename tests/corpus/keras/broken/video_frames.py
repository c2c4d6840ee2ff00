import numpy as np
import keras
from keras import layers

frames, height, width = 6, 24, 24
clips = np.random.rand(40, height, width, 3).astype("float32")
actions = np.random.randint(0, 5, 40)

model = keras.Sequential(
    [
        keras.Input(shape=(height, width, 3)),
        layers.TimeDistributed(layers.Conv2D(8, 3, activation="relu")),
        layers.TimeDistributed(layers.MaxPooling2D(2)),
        layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(16),
        layers.Dense(5, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(clips, actions, batch_size=8)
