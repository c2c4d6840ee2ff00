import numpy as np
import keras
from keras import layers, ops


class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab, dim):
        super().__init__()
        self.tokens = layers.Embedding(vocab, dim)
        self.positions = layers.Embedding(maxlen, dim)

    def call(self, x):
        length = ops.shape(x)[-1]
        return self.tokens(x) + self.positions(ops.arange(0, length, 1))


class DecoderBlock(layers.Layer):
    def __init__(self, dim, heads):
        super().__init__()
        self.attention = layers.MultiHeadAttention(heads, dim // heads)
        self.ffn = keras.Sequential([layers.Dense(4 * dim, activation="gelu"), layers.Dense(dim)])
        self.norm1, self.norm2 = layers.LayerNormalization(), layers.LayerNormalization()

    def call(self, x):
        x = self.norm1(x + self.attention(x, x, use_causal_mask=True))
        return self.norm2(x + self.ffn(x))


vocab, maxlen, dim = 120, 32, 24
inputs = keras.Input((None,), dtype="int32")
x = TokenAndPosition(maxlen, vocab, dim)(inputs)
for _ in range(2):
    x = DecoderBlock(dim, 4)(x)
model = keras.Model(inputs, layers.Dense(vocab)(x))
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))

text = np.random.randint(0, vocab, (40, maxlen + 1))
model.fit(text[:, :-1], text[:, 1:], batch_size=16, epochs=1)

prompt = [3, 14, 15]
for _ in range(4):
    logits = model.predict(np.array([prompt]), verbose=0)
    prompt.append(int(np.argmax(logits[0, -1])))
print(prompt)
