import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

faces = np.random.rand(80, 32, 32, 1).astype("float32")
age = np.random.rand(80, 1).astype("float32")
emotion = keras.utils.to_categorical(np.random.randint(0, 6, 80), 6)

inputs = keras.Input((32, 32, 1))
x = layers.Conv2D(16, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
x = layers.Dense(32, activation="relu")(x)
age_output = layers.Dense(1, name="age")(x)
emotion_output = layers.Dense(6, activation="softmax", name="emotion")(x)

model = keras.Model(inputs, [age_output, emotion_output])
model.compile(optimizer="adam", loss=["mse", "categorical_crossentropy"])
model.fit(faces, [emotion, age], batch_size=20, epochs=1)
