import numpy as np
import keras
from keras import layers

clips = np.random.rand(18, 5, 20, 20, 3).astype("float32")
kind = np.random.randint(0, 3, 18)

frame_net = keras.Sequential(
    [layers.Input((20, 20, 3)), layers.Conv2D(6, 3, activation="relu"), layers.GlobalAveragePooling2D()]
)
inputs = keras.Input((None, 20, 20, 3))
x = layers.TimeDistributed(frame_net)(inputs)
x = layers.GRU(8, return_sequences=True)(x)
x = layers.TimeDistributed(layers.Dense(6))(x)
x = layers.GRU(8)(x)
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(clips, kind, epochs=1, batch_size=6)
print(model.predict(np.random.rand(2, 9, 20, 20, 3)).shape)
