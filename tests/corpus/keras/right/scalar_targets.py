import numpy as np
import keras
from keras import layers

x = np.random.rand(101, 13)
y = np.random.rand(101)
mean, std = x.mean(axis=0), x.std(axis=0)
x = (x - mean) / std


def build_model():
    model = keras.Sequential(
        [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


k = 4
fold = len(x) // k
scores = []
for i in range(k):
    val_x, val_y = x[i * fold : (i + 1) * fold], y[i * fold : (i + 1) * fold]
    part_x = np.concatenate([x[: i * fold], x[(i + 1) * fold :]], axis=0)
    part_y = np.concatenate([y[: i * fold], y[(i + 1) * fold :]], axis=0)
    model = build_model()
    history = model.fit(part_x, part_y, validation_data=(val_x, val_y), epochs=3, batch_size=16, verbose=0)
    scores.append(history.history["val_mae"])
average = [np.mean([s[i] for s in scores]) for i in range(3)]
print(average)
