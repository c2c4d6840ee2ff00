"""32 queries over 1200 keys: lengths may differ, widths may not. Nothing is wrong."""

import keras
from keras import layers

query = keras.random.normal((1, 32, 2))
key = keras.random.normal((1, 1200, 2))
value = keras.random.normal((1, 1200, 2))

output = layers.Attention()([query, value, key])
print(output.shape)
