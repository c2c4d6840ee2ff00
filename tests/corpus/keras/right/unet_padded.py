import numpy as np
import keras
from keras import layers


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return x


def match(x, skip):
    rows = skip.shape[1] - x.shape[1]
    columns = skip.shape[2] - x.shape[2]
    return layers.ZeroPadding2D(((0, rows), (0, columns)))(x)


def unet(shape, depth=3, base=8):
    inputs = keras.Input(shape)
    skips, x = [], inputs
    for level in range(depth):
        x = block(x, base * 2**level)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = block(x, base * 2**depth)
    for level, skip in reversed(list(enumerate(skips))):
        x = layers.UpSampling2D()(x)
        x = match(x, skip)
        x = layers.Concatenate()([x, skip])
        x = block(x, base * 2**level)
    return keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(x))


model = unet((50, 70, 1))
model.compile("adam", "sparse_categorical_crossentropy")
scans = np.random.rand(6, 50, 70, 1).astype("float32")
masks = np.random.randint(0, 2, (6, 50, 70, 1))
model.fit(scans, masks, batch_size=4, epochs=1)
print(model.predict(scans[:1]).shape)
