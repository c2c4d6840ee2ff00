import numpy as np
import keras
from keras.layers import LSTM, Dense, Input

latent, n_in, n_out = 32, 20, 25
encoder_inputs = Input((None, n_in))
_, h, c = LSTM(latent, return_state=True)(encoder_inputs)
decoder_inputs = Input((None, n_out))
decoder_lstm = LSTM(latent, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=[h, c])
dense = Dense(n_out, activation="softmax")
model = keras.Model([encoder_inputs, decoder_inputs], dense(decoder_outputs))
model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])

enc = np.random.rand(30, 12, n_in).astype("float32")
dec = np.eye(n_out, dtype="float32")[np.random.randint(0, n_out, (30, 15))]
model.fit([enc, dec], np.roll(dec, -1, axis=1), batch_size=10, epochs=1)

encoder_model = keras.Model(encoder_inputs, [h, c])
state_inputs = [Input((latent,)), Input((latent,))]
outputs, h2, c2 = decoder_lstm(decoder_inputs, initial_state=state_inputs)
decoder_model = keras.Model([decoder_inputs, *state_inputs], [dense(outputs), h2, c2])

states = encoder_model.predict(enc[:1], verbose=0)
token = np.zeros((1, 1, n_out), "float32")
token[0, 0, 0] = 1.0
decoded = []
for _ in range(5):
    probabilities, *states = decoder_model.predict([token, *states], verbose=0)
    best = int(np.argmax(probabilities[0, -1]))
    decoded.append(best)
    token = np.zeros((1, 1, n_out), "float32")
    token[0, 0, best] = 1.0
print(decoded)
