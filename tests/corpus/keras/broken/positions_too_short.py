import numpy as np
import keras
from keras import layers, ops

vocab_size, maxlen, embed_dim = 2000, 100, 32


class TokenAndPositionEmbedding(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim):
        super().__init__()
        self.token_emb = layers.Embedding(vocab_size, embed_dim)
        self.pos_emb = layers.Embedding(maxlen, embed_dim)
        self.maxlen = maxlen

    def call(self, x):
        positions = self.pos_emb(ops.arange(0, self.maxlen))
        return self.token_emb(x) + positions


reviews = [np.random.randint(1, vocab_size, np.random.randint(20, 300)) for _ in range(64)]
x_train = keras.utils.pad_sequences(reviews, maxlen=120)
y_train = np.random.randint(0, 2, 64)

model = keras.Sequential(
    [
        TokenAndPositionEmbedding(maxlen, vocab_size, embed_dim),
        layers.GlobalAveragePooling1D(),
        layers.Dense(20, activation="relu"),
        layers.Dense(2, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=1)
