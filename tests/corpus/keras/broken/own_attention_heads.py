import numpy as np
import keras
from keras import layers, ops


class SelfAttention(layers.Layer):
    def __init__(self, d_model=96, num_heads=8):
        super().__init__()
        self.num_heads = num_heads
        self.depth = 16
        self.wq = layers.Dense(d_model)
        self.wk = layers.Dense(d_model)
        self.wv = layers.Dense(d_model)
        self.out = layers.Dense(d_model)

    def split_heads(self, x):
        batch, length = ops.shape(x)[0], ops.shape(x)[1]
        x = ops.reshape(x, (batch, length, self.num_heads, self.depth))
        return ops.transpose(x, (0, 2, 1, 3))

    def call(self, x):
        q, k, v = self.split_heads(self.wq(x)), self.split_heads(self.wk(x)), self.split_heads(self.wv(x))
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / self.depth**0.5
        context = ops.matmul(ops.softmax(scores, axis=-1), v)
        context = ops.transpose(context, (0, 2, 1, 3))
        batch, length = ops.shape(x)[0], ops.shape(x)[1]
        return self.out(ops.reshape(context, (batch, length, self.num_heads * self.depth)))


class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = SelfAttention()
        self.norm = layers.LayerNormalization()
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(3)

    def call(self, x):
        return self.head(self.pool(self.norm(x + self.attention(x))))


signals = np.random.randn(48, 25, 96).astype("float32")
targets = np.random.randn(48, 3).astype("float32")
model = Encoder()
model.compile(optimizer="adam", loss="mse")
model.fit(signals, targets, batch_size=12, epochs=1)
