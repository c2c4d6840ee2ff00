"""Keras: attention, losses and masks that look like wrong ones and are right."""

import keras
import numpy as np
from keras import layers, ops

words, labels = np.random.randint(1, 40, (12, 9)), np.random.randint(0, 5, (12,))
words[3, 6:] = 0


class Attention(layers.Layer):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.width = heads, width // heads
        self.query, self.key, self.value = (layers.Dense(width) for _ in range(3))

    def split(self, x):
        return ops.transpose(ops.reshape(x, (ops.shape(x)[0], -1, self.heads, self.width)), (0, 2, 1, 3))

    def call(self, x):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        weights = ops.softmax(ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / self.width**0.5, axis=-1)
        mixed = ops.transpose(ops.matmul(weights, v), (0, 2, 1, 3))
        return ops.reshape(mixed, (ops.shape(x)[0], -1, self.heads * self.width))


x = layers.Embedding(40, 24)(words)
mixed = Attention(24, 4)(x)
shown = ops.expand_dims(ops.not_equal(words, 0), 1)
hidden = layers.MultiHeadAttention(4, 6)(x, x, attention_mask=shown)
score = layers.Dense(1)(x)
pooled = ops.sum(layers.Softmax(axis=1)(score) * x, axis=1)
chances = layers.Activation("softmax")(layers.Dense(5)(pooled))
mean = keras.losses.SparseCategoricalCrossentropy()(labels, chances)
by_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, layers.Dense(5)(pooled))
one_hot = keras.losses.CategoricalCrossentropy()(ops.one_hot(labels, 5), layers.Dense(5, activation="softmax")(pooled))
gate = layers.Dense(24, activation="softmax")(pooled) * pooled
inputs = keras.Input((24,))
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(inputs))
model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(np.random.rand(12, 24), labels > 2, epochs=1, verbose=0)
regression = keras.Sequential([keras.Input((24,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
regression.compile("adam", loss="mse")
regression.fit(np.random.rand(12, 24), np.random.rand(12), epochs=1, verbose=0)
recorded = keras.Input((6, 50))
turned = layers.LSTM(8)(layers.Permute((2, 1))(recorded))
windows = layers.Conv2D(4, (1, 5))(layers.Reshape((6, 50, 1))(recorded))
pairs = layers.LSTM(8)(layers.Reshape((12, 25))(recorded))
maps = layers.Reshape((5, 5, 8))(layers.Dense(200)(turned))
parts = layers.Reshape((-1, 4))(windows)
told = keras.Model(recorded, [maps, parts, pairs])(np.random.rand(12, 6, 50))
