import numpy as np
from tensorflow.keras.layers import Conv1D, Dense, GlobalMaxPooling1D, Input
from tensorflow.keras.models import Model

LENGTH, CHANNELS = 200, 9
recordings = np.random.randn(150, LENGTH, CHANNELS).astype("float32")
activity = np.eye(6, dtype="float32")[np.random.randint(0, 6, 150)]


def generate(batch_size=10):
    while True:
        rows = np.random.permutation(len(recordings))
        for start in range(0, len(rows), batch_size):
            for i in rows[start : start + batch_size]:
                yield recordings[i], activity[i]


inp = Input(shape=(LENGTH, CHANNELS))
x = Conv1D(32, 7, activation="relu")(inp)
x = Conv1D(32, 7, activation="relu")(x)
x = GlobalMaxPooling1D()(x)
out = Dense(6, activation="softmax")(x)
model = Model(inp, out)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(generate(), steps_per_epoch=15, epochs=2)
