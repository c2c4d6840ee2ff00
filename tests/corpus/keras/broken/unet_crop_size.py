import numpy as np
import keras
from keras import layers


def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


def build_unet(input_shape, base=16):
    inputs = keras.Input(input_shape)
    c1 = conv_block(inputs, base)
    p1 = layers.MaxPooling2D(2)(c1)
    c2 = conv_block(p1, base * 2)
    p2 = layers.MaxPooling2D(2)(c2)
    c3 = conv_block(p2, base * 4)
    p3 = layers.MaxPooling2D(2)(c3)

    middle = conv_block(p3, base * 8)

    u3 = layers.Conv2DTranspose(base * 4, 2, strides=2, padding="same")(middle)
    u3 = layers.concatenate([u3, c3])
    c4 = conv_block(u3, base * 4)
    u2 = layers.Conv2DTranspose(base * 2, 2, strides=2, padding="same")(c4)
    u2 = layers.concatenate([u2, c2])
    c5 = conv_block(u2, base * 2)
    u1 = layers.Conv2DTranspose(base, 2, strides=2, padding="same")(c5)
    u1 = layers.concatenate([u1, c1])
    c6 = conv_block(u1, base)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(c6)
    return keras.Model(inputs, outputs)


HEIGHT, WIDTH = 100, 100
images = np.random.rand(8, HEIGHT, WIDTH, 3).astype("float32")
masks = (np.random.rand(8, HEIGHT, WIDTH, 1) > 0.5).astype("float32")

model = build_unet((HEIGHT, WIDTH, 3))
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(images, masks, batch_size=2, epochs=1)
