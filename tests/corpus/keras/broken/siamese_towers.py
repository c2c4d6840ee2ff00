import numpy as np
import keras
from keras import layers


def tower(units, name):
    inputs = keras.Input((100,))
    x = layers.Dense(256, activation="relu")(inputs)
    x = layers.Dense(units)(x)
    x = layers.UnitNormalization()(x)
    return keras.Model(inputs, x, name=name)


query_tower = tower(64, "query")
item_tower = tower(128, "item")

query = keras.Input((100,), name="query_features")
item = keras.Input((100,), name="item_features")
similarity = layers.Dot(axes=1)([query_tower(query), item_tower(item)])
score = layers.Dense(1, activation="sigmoid")(similarity)

model = keras.Model([query, item], score)
model.compile("adam", "binary_crossentropy")

q = np.random.rand(64, 100)
i = np.random.rand(64, 100)
clicked = np.random.randint(0, 2, (64, 1))
model.fit([q, i], clicked, epochs=1)
