import numpy as np
import keras
from keras import layers

hours = 600
columns = ["temperature", "pressure", "humidity", "wind", "rain"]
measured = np.random.randn(hours, len(columns)).astype("float32")
mean, std = measured[:400].mean(axis=0), measured[:400].std(axis=0)
measured = (measured - mean) / std

past, batch_size = 24, 16
train = keras.utils.timeseries_dataset_from_array(
    measured[:-past], targets=measured[past:, 0], sequence_length=past, batch_size=batch_size, end_index=400
)
valid = keras.utils.timeseries_dataset_from_array(
    measured[:-past], targets=measured[past:, 0], sequence_length=past, batch_size=batch_size, start_index=401
)

inputs = keras.Input(shape=(past, len(columns) - 1))
x = layers.LSTM(32)(inputs)
outputs = layers.Dense(1)(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="mse")
model.fit(train, epochs=2, validation_data=valid)
