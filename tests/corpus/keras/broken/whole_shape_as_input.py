import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

X = np.random.rand(300, 13)
y = X @ np.random.rand(13) + np.random.rand(300)
X_train, X_test = X[:240], X[240:]
y_train, y_test = y[:240], y[240:]

model = Sequential()
model.add(Dense(64, activation="relu", input_shape=X_train.shape))
model.add(Dense(32, activation="relu"))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam", metrics=["mae"])

model.fit(X_train, y_train, epochs=10, batch_size=20, verbose=0)
print(model.evaluate(X_test, y_test))
