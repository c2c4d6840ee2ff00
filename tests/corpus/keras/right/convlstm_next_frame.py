import numpy as np
import keras
from keras import layers

movies = np.random.rand(12, 8, 16, 16, 1).astype("float32")
x, y = movies[:, :-1], movies[:, 1:]

inp = keras.Input((None, *x.shape[2:]))
h = layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True, activation="relu")(inp)
h = layers.BatchNormalization()(h)
h = layers.ConvLSTM2D(4, 1, padding="same", return_sequences=True)(h)
out = layers.Conv3D(1, 3, activation="sigmoid", padding="same")(h)
model = keras.Model(inp, out)
model.compile(loss="binary_crossentropy", optimizer="adam")
model.fit(x, y, batch_size=5, epochs=1, callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=5)])

frames = movies[0, :4]
for _ in range(3):
    predicted = model.predict(np.expand_dims(frames, 0), verbose=0)
    frames = np.concatenate([frames, predicted[0, -1:]], axis=0)
print(frames.shape)
