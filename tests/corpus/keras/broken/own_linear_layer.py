import numpy as np
import keras
from keras import ops


class Linear(keras.layers.Layer):
    def __init__(self, units=32):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(self.units, input_shape[-1]), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


class MLP(keras.Model):
    def __init__(self):
        super().__init__()
        self.block1 = Linear(32)
        self.block2 = Linear(16)
        self.out = Linear(1)

    def call(self, x):
        x = ops.relu(self.block1(x))
        x = ops.relu(self.block2(x))
        return self.out(x)


x = np.random.rand(256, 20).astype("float32")
y = np.sum(x, axis=1, keepdims=True)
model = MLP()
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, batch_size=32, epochs=2)
