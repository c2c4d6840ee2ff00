import numpy as np
import keras
from keras import layers

base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(64, 64, 3), alpha=0.35)
base.trainable = False
inputs = keras.Input((80, 80, 3))
x = layers.Resizing(64, 64)(inputs)
x = layers.Rescaling(1 / 127.5, offset=-1)(x)
x = base(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
model = keras.Model(inputs, layers.Dense(1)(x))

model.compile(
    keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.BinaryAccuracy()]
)
pets = np.random.randint(0, 255, (12, 80, 80, 3)).astype("float32")
is_dog = np.random.randint(0, 2, 12)
model.fit(pets, is_dog, epochs=1, batch_size=6)

base.trainable = True
for layer in base.layers[:-4]:
    layer.trainable = False
model.compile(keras.optimizers.Adam(1e-5), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(pets, is_dog, epochs=1, batch_size=6)
