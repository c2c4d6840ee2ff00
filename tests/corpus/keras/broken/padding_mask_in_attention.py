import numpy as np
import keras
from keras import layers, ops


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim // num_heads)
        self.ffn = keras.Sequential([layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)])
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.drop = layers.Dropout(rate)

    def call(self, x, mask):
        attended = self.att(x, x, attention_mask=mask)
        x = self.norm1(x + self.drop(attended))
        return self.norm2(x + self.ffn(x))


class Classifier(keras.Model):
    def __init__(self, vocab_size, embed_dim=32):
        super().__init__()
        self.tokens = layers.Embedding(vocab_size, embed_dim)
        self.block = TransformerBlock(embed_dim, num_heads=4, ff_dim=64)
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(2, activation="softmax")

    def call(self, ids):
        padding = ops.not_equal(ids, 0)
        x = self.tokens(ids)
        x = self.block(x, padding)
        return self.head(self.pool(x))


ids = np.random.randint(0, 500, size=(64, 40))
labels = np.random.randint(0, 2, size=(64,))
model = Classifier(500)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(ids, labels, batch_size=16, epochs=1)
