import numpy as np
import keras
from keras import layers

N_CLASSES = 8
spectrograms = np.random.randn(200, 64, 44, 1).astype("float32")
genres = np.random.randint(0, N_CLASSES, 200)

model = keras.Sequential()
model.add(keras.Input(shape=(64, 44, 1)))
model.add(layers.Conv2D(16, (3, 3), activation="relu", padding="same"))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(32, (3, 3), activation="relu", padding="same"))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dropout(0.3))
model.add(layers.Dense(N_CLASSES, activation="softmax"))

model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
model.fit(spectrograms, genres, epochs=5, batch_size=25)
