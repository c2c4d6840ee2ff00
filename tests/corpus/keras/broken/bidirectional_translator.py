import numpy as np
import keras
from keras.layers import LSTM, Bidirectional, Concatenate, Dense, Embedding, Input

latent_dim = 64
src_vocab, tgt_vocab = 300, 280
src_len, tgt_len = 14, 11

encoder_inputs = Input(shape=(src_len,))
enc_emb = Embedding(src_vocab, 48)(encoder_inputs)
encoder = Bidirectional(LSTM(latent_dim, return_state=True))
encoder_outputs, forward_h, forward_c, backward_h, backward_c = encoder(enc_emb)
state_h = Concatenate()([forward_h, backward_h])
state_c = Concatenate()([forward_c, backward_c])
encoder_states = [state_h, state_c]

decoder_inputs = Input(shape=(tgt_len,))
dec_emb = Embedding(tgt_vocab, 48)(decoder_inputs)
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(dec_emb, initial_state=encoder_states)
decoder_dense = Dense(tgt_vocab, activation="softmax")
decoder_outputs = decoder_dense(decoder_outputs)

model = keras.Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")

source = np.random.randint(1, src_vocab, (80, src_len))
target_in = np.random.randint(1, tgt_vocab, (80, tgt_len))
target_out = np.roll(target_in, -1, axis=1)
model.fit([source, target_in], target_out, batch_size=16, epochs=1)
