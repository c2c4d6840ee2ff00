import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
features = rng.normal(size=(150, 4)).astype("float32")
species = rng.integers(0, 3, size=150)

order = rng.permutation(len(features))
features, species = features[order], species[order]
x_train, x_test = features[:120], features[120:]
y_train, y_test = species[:120], species[120:]

model = keras.Sequential(
    [
        layers.Dense(16, activation="relu", input_shape=(4,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=20, batch_size=16, verbose=0)
print(history.history["loss"][-1])
print(model.evaluate(x_test, y_test))
