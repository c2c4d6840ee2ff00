import numpy as np
import keras
from keras import layers

sentences = [
    "the film was a delight from start to end",
    "i wanted my money back after ten minutes",
    "a slow but rewarding story",
    "the worst acting i have seen in years",
    "funny and warm and never too long",
    "nothing in it made sense",
]
sentiment = np.array([1, 0, 1, 0, 1, 0])

word_index = {}
for sentence in sentences:
    for word in sentence.split():
        word_index.setdefault(word, len(word_index) + 1)

maxlen = 12
x = np.zeros((len(sentences), maxlen), dtype="int32")
for row, sentence in enumerate(sentences):
    ids = [word_index[word] for word in sentence.split()]
    x[row, : len(ids)] = ids

model = keras.Sequential(
    [
        keras.Input(shape=(maxlen,)),
        layers.Embedding(len(word_index), 16),
        layers.Bidirectional(layers.LSTM(8)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="adam")
model.fit(x, sentiment, epochs=3, batch_size=6)
