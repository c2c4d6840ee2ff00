import numpy as np
import keras
from keras import layers


class WideAndDeep(keras.Model):
    def __init__(self, units=30):
        super().__init__()
        self.hidden1 = layers.Dense(units, activation="relu")
        self.hidden2 = layers.Dense(units, activation="relu")
        self.main_output = layers.Dense(1)
        self.aux_output = layers.Dense(1)

    def call(self, inputs):
        wide, deep = inputs
        hidden = self.hidden2(self.hidden1(deep))
        return self.main_output(layers.concatenate([wide, hidden])), self.aux_output(hidden)


X = np.random.randn(200, 8).astype("float32")
y = np.random.randn(200).astype("float32")
wide, deep = X[:, :5], X[:, 2:]

model = WideAndDeep()
model.compile(loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer="sgd")
model.fit((wide, deep), (y, y), epochs=2, batch_size=32)
main, aux = model.predict((wide[:3], deep[:3]))
print(main.shape, aux.shape)
