import numpy as np
from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

size, classes = 20, 3
paths = [f"img_{i}.png" for i in range(50)]
labels = np.random.randint(0, classes, 50)


def load(path):
    seed = int(path.split("_")[1].split(".")[0])
    return np.random.default_rng(seed).random((size, size, 3))


def batches(paths, labels, batch_size):
    while True:
        for start in range(0, len(paths), batch_size):
            part = paths[start : start + batch_size]
            X = np.stack([load(path) for path in part])
            yield X, to_categorical(labels[start : start + batch_size], classes)


model = Sequential()
model.add(Conv2D(4, (3, 3), input_shape=(size, size, 3), activation="relu"))
model.add(MaxPooling2D())
model.add(Flatten())
model.add(Dense(classes, activation="softmax"))
model.compile("adam", "categorical_crossentropy", metrics=["acc"])
model.fit(
    batches(paths, labels, 8),
    steps_per_epoch=7,
    epochs=2,
    validation_data=batches(paths, labels, 8),
    validation_steps=2,
)
