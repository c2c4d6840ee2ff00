"""Each of 775 words has 100 token vectors of 768; the table holds one vector for each word."""

import keras
import numpy as np
from keras import layers

words, tokens, width = 775, 100, 768

vectors = np.random.rand(words, tokens, width).astype("float32")

model = keras.Sequential([keras.Input((12,), dtype="int32"), layers.Embedding(words, width, name="embedding")])
model.layers[0].set_weights([vectors])
print(model.predict(np.zeros((4, 12), "int32")).shape)
