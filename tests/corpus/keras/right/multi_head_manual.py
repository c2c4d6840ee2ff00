import numpy as np
import keras
from keras import layers, ops


class MultiHead(layers.Layer):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads, self.depth = num_heads, d_model // num_heads
        self.qkv = layers.Dense(3 * d_model)
        self.out = layers.Dense(d_model)

    def call(self, x, mask=None):
        batch, length, width = ops.shape(x)
        qkv = ops.reshape(self.qkv(x), (-1, length, 3, self.num_heads, self.depth))
        q, k, v = ops.unstack(ops.transpose(qkv, (2, 0, 3, 1, 4)), axis=0)
        scores = ops.einsum("bhid,bhjd->bhij", q, k) / self.depth**0.5
        if mask is not None:
            scores = scores + (1.0 - ops.cast(mask[:, None, None, :], "float32")) * -1e9
        context = ops.einsum("bhij,bhjd->bhid", ops.softmax(scores), v)
        context = ops.reshape(ops.swapaxes(context, 1, 2), (-1, length, width))
        return self.out(context)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = layers.Embedding(50, 24)
        self.attend = MultiHead(24, 3)
        self.head = layers.Dense(1)

    def call(self, ids):
        mask = ids != 0
        x = self.attend(self.embed(ids), mask=mask)
        weights = ops.expand_dims(ops.cast(mask, "float32"), -1)
        pooled = ops.sum(x * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)
        return self.head(pooled)[:, 0]


ids = np.random.randint(0, 50, (44, 18))
model = Model()
model.compile("adam", "mse")
model.fit(ids, np.random.rand(44), batch_size=16, epochs=1)
