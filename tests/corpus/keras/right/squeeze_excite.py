import numpy as np
import keras
from keras import layers


def squeeze_excite(x, ratio=4):
    filters = x.shape[-1]
    s = layers.GlobalAveragePooling2D()(x)
    s = layers.Reshape((1, 1, filters))(s)
    s = layers.Dense(filters // ratio, activation="relu")(s)
    s = layers.Dense(filters, activation="sigmoid")(s)
    return layers.Multiply()([x, s])


inputs = keras.Input((None, None, 3))
x = layers.Conv2D(16, 3, padding="same")(inputs)
x = squeeze_excite(x)
x = layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
x = layers.Conv2D(24, 1)(x)
x = squeeze_excite(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
model.compile("adam", "categorical_crossentropy")
for size in (24, 31):
    x = np.random.rand(10, size, size, 3)
    model.train_on_batch(x, keras.utils.to_categorical(np.random.randint(0, 5, 10), 5))
print(model.predict(np.random.rand(3, 17, 40, 3)).shape)
