import numpy as np
import keras
from keras import layers

a = keras.Input((10, 8), name="tokens")
b = keras.Input((8,), name="context")
c = keras.Input((10, 1), name="mask")
x = layers.Multiply()([a, c])
x = layers.Add()([x, layers.Reshape((1, 8))(b)])
x = layers.Subtract()([x, a])
y = layers.Dot(axes=(2, 2))([x, a])
y = layers.Softmax()(y)
z = layers.Dot(axes=(2, 1))([y, a])
z = layers.Concatenate(axis=1)([z, layers.Reshape((-1, 8))(b)])
z = layers.Flatten()(z)
model = keras.Model([a, b, c], layers.Dense(2)(z))
model.compile("adam", "mse")
n = 21
model.fit(
    [np.random.rand(n, 10, 8), np.random.rand(n, 8), np.random.rand(n, 10, 1)], np.random.rand(n, 2), batch_size=8
)
