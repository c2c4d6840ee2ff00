import numpy as np
import keras
from keras import layers

image_size, patch = 48, 6
num_patches = (image_size // patch) ** 2

inputs = keras.Input((image_size, image_size, 3))
x = layers.Conv2D(48, patch, strides=patch)(inputs)
x = layers.Reshape((-1, 100))(x)
x = layers.LayerNormalization()(x)
x = layers.Conv1D(48, 3, padding="same", activation="gelu")(x)
x = layers.GlobalMaxPooling1D()(x)
outputs = layers.Dense(5)(x)

model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
print(num_patches, "patches")
model.fit(np.random.rand(32, image_size, image_size, 3), np.random.randint(0, 5, 32), epochs=1)
