import numpy as np
import tensorflow as tf
import keras
from keras import layers

n = 90
table = {
    "age": np.random.randint(20, 80, n).astype("float32"),
    "fare": np.random.rand(n).astype("float32"),
    "cabin": np.random.randint(0, 7, n),
}
survived = np.random.randint(0, 2, n)
dataset = tf.data.Dataset.from_tensor_slices((table, survived)).shuffle(n).batch(20)

inputs = {name: keras.Input((1,), name=name) for name in table}
age = layers.Normalization()
age.adapt(table["age"][:, None])
parts = [age(inputs["age"]), inputs["fare"], layers.Flatten()(layers.Embedding(7, 3)(inputs["cabin"]))]
x = layers.Concatenate()(parts)
x = layers.Dense(16, activation="relu")(x)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(dataset, epochs=2)
print(model.predict({name: column[:4] for name, column in table.items()}).shape)
