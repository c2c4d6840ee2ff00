import numpy as np
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import LSTM, Dense

series = np.cumsum(np.random.randn(300))
window = 12
X = np.array([series[i : i + window] for i in range(len(series) - window)])
y = series[window:]

model = Sequential()
model.add(LSTM(20, activation="tanh", input_shape=(window, 1)))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")
model.fit(X, y, epochs=2, batch_size=32, verbose=0)

last = series[-window:].reshape(1, window)
print(model.predict(last, verbose=0))
