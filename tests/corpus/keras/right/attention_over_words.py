import numpy as np
import keras
from keras import layers, ops

vocab, length, width = 400, 30, 24


class AttentionPool(layers.Layer):
    def build(self, shape):
        self.score = self.add_weight(shape=(shape[-1], 1), name="score")

    def call(self, x, mask=None):
        weights = ops.squeeze(ops.matmul(x, self.score), -1)
        if mask is not None:
            weights = ops.where(mask, weights, -1e9)
        weights = ops.expand_dims(ops.softmax(weights, axis=1), -1)
        return ops.sum(x * weights, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


ids = keras.Input((length,), dtype="int32")
x = layers.Embedding(vocab, width, mask_zero=True)(ids)
attended = layers.MultiHeadAttention(num_heads=3, key_dim=8)(x, x)
x = layers.Add()([x, attended])
x = layers.LayerNormalization()(x)
x = AttentionPool()(x)
out = layers.Dense(4, activation="softmax")(x)
model = keras.Model(ids, out)
model.compile("adam", "sparse_categorical_crossentropy")
words = np.random.randint(1, vocab, (50, length))
words[:, 20:] = 0
model.fit(words, np.random.randint(0, 4, 50), epochs=1, batch_size=16)
