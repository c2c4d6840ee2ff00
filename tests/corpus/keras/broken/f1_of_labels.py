import numpy as np
import keras
from keras import layers

num_topics = 5
documents = (np.random.rand(120, 400) > 0.95).astype("float32")
topics = np.random.randint(0, num_topics, 120)

model = keras.Sequential(
    [
        keras.Input((400,)),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(num_topics, activation="softmax"),
    ]
)
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["sparse_categorical_accuracy", keras.metrics.F1Score(average="macro")],
)
model.fit(documents, topics, epochs=2, batch_size=24)
