import os
import tempfile

import numpy as np
import keras
from keras import layers


def make_classifier(num_classes):
    return keras.Sequential(
        [
            keras.Input(shape=(32,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )


path = os.path.join(tempfile.mkdtemp(), "pretrained.weights.h5")

pretrained = make_classifier(20)
pretrained.compile("adam", "sparse_categorical_crossentropy")
pretrained.fit(np.random.rand(100, 32), np.random.randint(0, 20, 100), epochs=1)
pretrained.save_weights(path)

model = make_classifier(5)
model.load_weights(path)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.random.rand(60, 32), np.random.randint(0, 5, 60), epochs=1)
