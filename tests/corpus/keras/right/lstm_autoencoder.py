import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input, RepeatVector, TimeDistributed
from tensorflow.keras.models import Model

steps, features = 20, 3
signal = np.random.randn(120, steps, features)

inputs = Input(shape=(steps, features))
encoded = LSTM(16, activation="relu")(inputs)
decoded = RepeatVector(steps)(encoded)
decoded = LSTM(16, activation="relu", return_sequences=True)(decoded)
outputs = TimeDistributed(Dense(features))(decoded)
autoencoder = Model(inputs, outputs)
autoencoder.compile(optimizer="adam", loss="mae")
autoencoder.fit(signal, signal, epochs=2, batch_size=32, validation_split=0.1, verbose=0)

rebuilt = autoencoder.predict(signal)
errors = np.mean(np.abs(rebuilt - signal), axis=(1, 2))
threshold = np.percentile(errors, 99)
print((errors > threshold).sum(), "anomalies")
print(Model(inputs, encoded).predict(signal[:5]).shape)
