"""A short query is padded to the keys' length, and one mask is given for three inputs."""

import keras
from keras import layers, ops

query_length, key_length, width = 32, 1200, 2

query = keras.random.normal((query_length, width))
key = keras.random.normal((key_length, width))
value = keras.random.normal((key_length, width))

padded = ops.pad(query, [[0, key_length - query_length], [0, 0]])
query_mask = ops.arange(key_length)[None, :] < query_length

attention = layers.Attention()
output = attention([padded[None], value[None], key[None]], mask=[query_mask])
print(output.shape)
