import numpy as np
import keras
from keras import layers

tags = 15
x = np.random.rand(64, 16000, 1).astype("float32")
y = (np.random.rand(64, tags) > 0.8).astype("float32")

model = keras.Sequential()
model.add(keras.Input((16000, 1)))
for filters in (8, 16, 16):
    model.add(layers.Conv1D(filters, 9, strides=4, activation="relu"))
    model.add(layers.MaxPooling1D(4))
model.add(layers.Permute((2, 1)))
model.add(layers.GlobalMaxPooling1D(data_format="channels_first"))
model.add(layers.Dense(tags, activation="sigmoid"))
model.compile(
    "adam", "binary_crossentropy", metrics=[keras.metrics.AUC(multi_label=True, num_labels=tags), "binary_accuracy"]
)
model.fit(x, y, epochs=1, batch_size=20, class_weight=None)
