import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

tags, vocab, length = 9, 200, 25
sentences = np.random.randint(1, vocab, (70, length))
labels = np.random.randint(0, tags, (70, length))
weights = (np.random.rand(70, length) > 0.2).astype("float32")

model = keras.Sequential(
    [
        layers.Embedding(vocab, 16),
        layers.Bidirectional(layers.LSTM(12, return_sequences=True)),
        layers.Dropout(0.1),
        layers.TimeDistributed(layers.Dense(tags, activation="softmax")),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
model.fit(sentences, labels, sample_weight=weights, epochs=1, batch_size=16)
print(np.argmax(model.predict(sentences[:2]), axis=-1).shape)
