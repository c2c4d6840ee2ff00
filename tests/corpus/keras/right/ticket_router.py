import numpy as np
import keras
from keras import layers

num_tags, num_words, num_departments = 12, 1000, 4
title_input = keras.Input(shape=(None,), name="title")
body_input = keras.Input(shape=(None,), name="body")
tags_input = keras.Input(shape=(num_tags,), name="tags")
title = layers.LSTM(16)(layers.Embedding(num_words, 24)(title_input))
body = layers.LSTM(8)(layers.Embedding(num_words, 24)(body_input))
x = layers.concatenate([title, body, tags_input])
priority = layers.Dense(1, name="priority")(x)
department = layers.Dense(num_departments, name="department")(x)
model = keras.Model([title_input, body_input, tags_input], {"priority": priority, "department": department})

model.compile(
    optimizer=keras.optimizers.RMSprop(1e-3),
    loss={
        "priority": keras.losses.BinaryCrossentropy(from_logits=True),
        "department": keras.losses.CategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"priority": 1.0, "department": 0.2},
)
n = 70
model.fit(
    {
        "title": np.random.randint(num_words, size=(n, 12)),
        "body": np.random.randint(num_words, size=(n, 40)),
        "tags": np.random.randint(2, size=(n, num_tags)).astype("float32"),
    },
    {"priority": np.random.random((n, 1)), "department": np.eye(num_departments)[np.random.randint(4, size=n)]},
    epochs=2,
    batch_size=32,
)
