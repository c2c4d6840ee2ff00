import math

import numpy as np
import keras
from keras import layers


class Patches(keras.utils.PyDataset):
    def __init__(self, images, labels, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.images, self.labels, self.batch_size = images, labels, batch_size

    def __len__(self):
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index):
        start = index * self.batch_size
        images = self.images[start : start + self.batch_size]
        labels = self.labels[start : start + self.batch_size]
        crops = np.array([image[2:-2, 2:-2] for image in images])
        return crops, labels


images = np.random.rand(90, 36, 36, 3).astype("float32")
labels = np.random.randint(0, 4, 90)

model = keras.Sequential(
    [
        keras.Input((36, 36, 3)),
        layers.SeparableConv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(4, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(Patches(images, labels, 16), epochs=2)
