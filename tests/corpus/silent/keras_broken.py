"""Keras: attention, losses and masks that are wrong and raise nothing; each marked line is one."""

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
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / self.width**0.5
        weights = ops.softmax(scores, axis=1)  # warning: softmax-axis
        mixed = ops.matmul(weights, v)
        return ops.reshape(mixed, (ops.shape(x)[0], -1, self.heads * self.width))  # warning: scrambled-reshape


x = layers.Embedding(40, 24)(words)
mixed = Attention(24, 4)(x)
padding = ops.expand_dims(ops.equal(words, 0), 1)
hidden = layers.MultiHeadAttention(4, 6)(x, x, attention_mask=padding)  # warning: mask-polarity
score = layers.Dense(1)(x)
pooled = ops.sum(layers.Softmax()(score) * x, axis=1)  # warning: softmax-axis
chances = layers.Activation("softmax")(layers.Dense(5)(pooled))
scores = layers.Dense(5)(pooled)  # warning: loss-input
mean = keras.losses.SparseCategoricalCrossentropy()(labels, scores)
inputs = keras.Input((24,))
model = keras.Model(inputs, layers.Dense(1)(inputs))  # warning: loss-input
model.compile("adam", loss="binary_crossentropy")
model.fit(np.random.rand(12, 24), labels > 2, epochs=1, verbose=0)
recorded = keras.Input((6, 50))
steps = layers.Reshape((50, 6))(recorded)  # warning: scrambled-reshape
told = keras.Model(recorded, layers.Dense(5)(layers.LSTM(8)(steps)))(np.random.rand(12, 6, 50))
