"""Queries, keys and values each with a projection of their own. Nothing is wrong."""

import keras
from keras import layers

width = 128

query = layers.Dense(width)(keras.random.normal((32, 2)))
key = layers.Dense(width)(keras.random.normal((1200, 2)))
value = layers.Dense(width)(keras.random.normal((1200, 2)))

output = layers.Attention()([query[None], value[None], key[None]])
print(output.shape)
