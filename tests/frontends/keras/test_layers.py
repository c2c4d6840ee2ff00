"""Keras' layers and models: each fault is told at its line, and right programs are met with silence."""

from __future__ import annotations

import pytest

from tests.frontends.keras.told import Told, told

LAYERS = """
import numpy as np
import keras
from keras import layers
x = np.random.rand(2, 12, 16).astype("float32")
img = np.random.rand(2, 28, 28, 3).astype("float32")
ids = np.random.randint(0, 50, size=(2, 12))
print(layers.Dense(8)(x).shape)
e = layers.Embedding(50, 16)(ids)
h = layers.LSTM(20, return_sequences=True)(e)
h = layers.GRU(10)(h)
b = layers.Bidirectional(layers.LSTM(7, return_sequences=True))(x)
b2, f1, f2, f3, f4 = layers.Bidirectional(layers.LSTM(7, return_sequences=True, return_state=True))(x)
o, s1, s2 = layers.LSTM(5, return_state=True)(x)
o2 = layers.LSTM(5, return_sequences=True)(x, initial_state=[s1, s2])
c = layers.Conv2D(8, 3, activation="relu")(img)
c = layers.Conv2D(8, 3, strides=2, padding="same")(c)
c = layers.MaxPooling2D()(c)
c = layers.SeparableConv2D(6, 3)(c)
c = layers.DepthwiseConv2D(2, padding="same")(c)
t = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(c)
t = layers.UpSampling2D(2)(t)
t = layers.ZeroPadding2D(1)(t)
t = layers.Cropping2D(((1, 1), (1, 1)))(t)
g = layers.GlobalAveragePooling2D()(t)
f = layers.Flatten()(c)
r = layers.Reshape((4, -1))(x)
p = layers.Permute((2, 1))(x)
v = layers.RepeatVector(3)(g)
cc = layers.Concatenate()([x, b])
a = layers.Add()([x, x])
m = layers.Multiply()([x, x, x])
d = layers.Dot(axes=2)([x, x])
at = layers.Attention()([x, b2[:, :5], layers.Dense(16)(b2[:, :5])])
mh = layers.MultiHeadAttention(2, 8)
q = mh(x, np.random.rand(2, 20, 6).astype("float32"))
q2, sc = mh(x, np.random.rand(2, 20, 6).astype("float32"), return_attention_scores=True)
n = layers.LayerNormalization()(x)
n = layers.BatchNormalization()(img)
n = layers.GroupNormalization(3)(img)
td = layers.TimeDistributed(layers.Dense(4))(x)
td = layers.TimeDistributed(layers.Conv2D(4, 3))(np.random.rand(2, 5, 9, 9, 3).astype("float32"))
c1 = layers.Conv1D(8, 3, padding="causal", dilation_rate=2)(x)
c1 = layers.Conv1D(8, 5, strides=2)(x)
c3 = layers.Conv3D(2, 2)(np.random.rand(2, 5, 5, 5, 3).astype("float32"))
la = layers.Lambda(lambda z: z * 2)(x)
ed = layers.EinsumDense("abc,cd->abd", output_shape=(12, 64), bias_axes="d")(x)
print(layers.Softmax()(layers.Dropout(0.1)(x)).shape)
cell = layers.LSTMCell(6)
step, states = cell(x[:, 0], [np.zeros((2, 6), "float32"), np.zeros((2, 6), "float32")])
step, states = cell(x[:, 1], states)
print(layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], return_sequences=True)(x).shape)
print(layers.GRUCell(3)(x[:, 0], step[:, :3])[0])
frames = np.zeros((2, 5, 8, 8, 3), "float32")
frames = layers.ConvLSTM2D(4, 3, return_sequences=True)(frames)
print(layers.ConvLSTM2D(2, 3, padding="same", return_state=True)(frames)[0].shape)
print(layers.ConvLSTM1D(2, 3)(frames[:, :, 0]).shape)
print(layers.Rescaling(1 / 255)(img).shape, layers.Resizing(16, 16)(img).shape, layers.CenterCrop(4, 4)(img).shape)
scale = layers.Normalization()
scale.adapt(x)
print(scale(x).shape, layers.CategoryEncoding(4, output_mode="one_hot")(np.array([1, 3, 0])).shape)
print(layers.Discretization(bin_boundaries=[0.2, 0.6])(x[:, 0]).shape, layers.RandomFlip()(img).shape)
"""

MODELS = """
import numpy as np
import keras
from keras import layers
inp = keras.Input(shape=(None,), dtype="int32")
x = layers.Embedding(100, 32, mask_zero=True)(inp)
x = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(x)
x = layers.LSTM(16)(x)
out = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inp, out)
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
model.fit(np.random.randint(0, 100, size=(20, 9)), np.random.randint(0, 3, size=(20,)), epochs=2, verbose=0)

im = keras.Input(shape=(32, 32, 3))
y = layers.Conv2D(8, 3, padding="same")(im)
s = y
y = layers.MaxPooling2D()(y)
y = layers.Conv2D(16, 3, padding="same")(y)
y = layers.UpSampling2D()(y)
y = layers.Concatenate()([y, s])
y = layers.Flatten()(y)
m2 = keras.Model(im, layers.Dense(10)(y))
print(m2.predict(np.random.rand(3, 32, 32, 3), verbose=0).shape)

m3 = keras.Sequential([keras.Input((24,)), layers.Dense(10), layers.Dense(1)])
print(m3(np.random.rand(3, 24)).shape)
m4 = keras.Sequential([layers.Dense(10), layers.Dense(1)])
print(m4(np.random.rand(3, 24)).shape)
q = keras.Input((None, 8)); k = keras.Input((None, 8))
att = layers.Attention()([q, k])
mh = layers.MultiHeadAttention(2, 4)(q, k)
m5 = keras.Model([q, k], [att, mh])
print([t.shape for t in m5([np.random.rand(2, 5, 8), np.random.rand(2, 7, 8)])])
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.convs = [layers.Conv1D(4, 3), layers.Conv1D(6, 3)]
        self.pool = layers.GlobalMaxPooling1D()
        self.out = layers.Dense(2)
    def call(self, x):
        for c in self.convs:
            x = c(x)
        return self.out(self.pool(x))
net = Net()
net.compile(loss="mse", optimizer="sgd")
net.fit(np.random.rand(10, 20, 3), np.random.rand(10, 2), verbose=0)
print(net.predict(np.random.rand(10, 20, 3), verbose=0).shape)
"""

IMPORTS = """import numpy as np
import keras
from keras import layers
x, images = np.zeros((4, 10, 8), "float32"), np.zeros((2, 28, 28, 3), "float32")
"""

FAULTS: dict[str, tuple[str, tuple[tuple[str, int], ...], str]] = {
    "stacked": (
        "first = layers.LSTM(4)\nsecond = layers.LSTM(3)\nprint(second(first(x)).shape)\n",
        (("recurrent-sequences", 7),),
        "`second` takes a sequence, but `first` returns its last step only",
    ),
    "both_ways": (
        "first = layers.Bidirectional(layers.GRU(4))\nsecond = layers.GRU(3)\nprint(second(first(x)).shape)\n",
        (("recurrent-sequences", 7),),
        "`second` takes a sequence, but `first` returns its last step only",
    ),
    "window": (
        "deep = layers.Conv2D(4, 9)\nprint(deep(images[:, :6]).shape)\n",
        (("window-too-large", 6),),
        "`deep` slides a window of 9 over axis 1 of `images[:, :6]`, which has 6",
    ),
    "channels": (
        "conv = layers.Conv2D(4, 3)\nconv(images)\nprint(conv(images[..., :1]).shape)\n",
        (("conv-channels", 7),),
        "`conv` takes 3 channels, but `images[..., :1]` has 1",
    ),
    "target_shape": (
        "print(layers.Reshape((7, 7))(layers.Flatten()(x)).shape)\n",
        (("reshape-count", 5),),
        "`layers.Reshape((7, 7))` asks for 7 x 7 = 49 elements, but `layers.Flatten()(x)` has 80",
    ),
    "joined": (
        "print(layers.Concatenate(axis=-1)([x, x[:, :9]]).shape)\n",
        (("join-mismatch", 5),),
        "`layers.Concatenate(axis=-1)` joins along axis -1, but 9 along axis 1 of `x[:, :9]` is not 10 of `x`",
    ),
    "added": (
        "print(layers.Add()([x, x[..., :7]]).shape)\n",
        (("broadcast-mismatch", 5),),
        "`x` has 8 along axis 2, where `x[..., :7]` has 7",
    ),
    "normalised": (
        "norm = layers.BatchNormalization()\nnorm(x)\nprint(norm(x[..., :6]).shape)\n",
        (("norm-features", 7),),
        "`norm` normalises 8 features, but `x[..., :6]` has 6 along axis 2",
    ),
    "state": (
        "state = np.zeros((4, 6), 'float32')\nprint(layers.GRU(5)(x, initial_state=[state]).shape)\n",
        (("rnn-state", 6),),
        "`layers.GRU(5)` keeps a state for 5 hidden features, but `state` has 6",
    ),
    "masks": (
        "known = np.ones((4, 10), bool)\nprint(layers.Attention()([x, x], mask=[known]).shape)\n",
        (("mask-list", 6),),
        "`layers.Attention()` takes the masks of query and value, [query_mask, value_mask], but is given 1 mask",
    ),
    "symbolic_attention": (
        "query, key = keras.Input((6, 2)), keras.Input((9, 3))\n"
        "model = keras.Model([query, key], layers.Attention()([query, key]))\n",
        (("matmul-contraction", 6),),
        "`layers.Attention()` sums over 2 of `query` and 3 of `key`",
    ),
    "declared": (
        "model = keras.Sequential([keras.Input((24,)), layers.Dense(1)])\n"
        "model.compile(loss='mse', optimizer='sgd')\n"
        "model.fit(np.zeros((8, 20), 'float32'), np.zeros((8, 1), 'float32'), verbose=0)\n",
        (("declared-input", 7),),
        "`model` was declared for 24 along axis 1, but `np.zeros((8, 20), 'float32')` has 20",
    ),
    "one_sample": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])\nprint(model.predict(x[0, 0], verbose=0))\n",
        (("missing-batch-axis", 6),),
        "`model` takes a batch, but `x[0, 0]` is one sample, of shape (8,)",
    ),
    "one_map_of_a_known_channel": (
        "model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 3), layers.Flatten()])\n"
        "maps = np.zeros((5, 28, 28, 1), 'float32')\nprint(model.predict(maps[0], verbose=0).shape)\n",
        (("missing-batch-axis", 7),),
        "`model` takes a batch, but `maps[0]` is one sample, of shape (28, 28, 1)",
    ),
    "exchanged_inputs": (
        "a, b = keras.Input((10,)), keras.Input((4, 4, 3))\n"
        "model = keras.Model([a, b], layers.Concatenate()([a, layers.Flatten()(b)]))\n"
        "rows, maps = np.zeros((6, 10), 'float32'), np.zeros((6, 4, 4, 3), 'float32')\n"
        "print(model.predict([maps, rows], verbose=0).shape)\n",
        (("declared-input", 8),),
        "`model` is given `maps` and `rows` in each other's place",
    ),
    "channels_first": (
        "model = keras.Sequential([keras.Input((28, 28, 3)), layers.Conv2D(2, 3), layers.Flatten()])\n"
        "maps = np.zeros((5, 3, 28, 28), 'float32')\nprint(model.predict(maps, verbose=0).shape)\n",
        (("channels-first-image", 7),),
        "`model` takes the channels in axis 3, but `maps` has 3 in axis 1 and 28 there",
    ),
    "whole_shape": (
        "rows, prices = np.zeros((64, 13), 'float32'), np.zeros((64,), 'float32')\n"
        "model = keras.Sequential()\nmodel.add(layers.Dense(1, input_shape=rows.shape))\n"
        "model.compile(loss='mse', optimizer='sgd')\nmodel.fit(rows, prices, verbose=0)\n",
        (("declared-input", 9),),
        "`rows.shape` counts the samples in, and `model` takes one's shape",
    ),
    "validated_on_numbers": (
        "rows, wanted, numbers = np.zeros((8, 5), 'float32'), np.eye(8, 3), np.arange(8) % 3\n"
        "model = keras.Sequential([keras.Input((5,)), layers.Dense(3, activation='softmax')])\n"
        "model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])\n"
        "model.fit(rows, wanted, verbose=0, validation_data=(rows, numbers))\n",
        (("label-encoding", 8),),
        "`categorical_crossentropy` takes one-hot targets, but `numbers` holds class numbers",
    ),
    "transposed_weights": (
        "dense = layers.Dense(3)\ndense.build((None, 5))\n"
        "kernel, bias = np.zeros((3, 5)), np.zeros(3)\ndense.set_weights([kernel, bias])\n",
        (("weights-shape", 8),),
        "`dense/kernel` is stored as (3, 5), but the model has (5, 3)",
    ),
    "a_metric_of_its_own": (
        "model = keras.Sequential([keras.Input((5,)), layers.Dense(3, activation='softmax')])\n"
        "model.compile('sgd', 'sparse_categorical_crossentropy', metrics=[keras.metrics.F1Score()])\n"
        "numbers = np.arange(8) % 3\nmodel.fit(np.zeros((8, 5), 'float32'), numbers, verbose=0)\n",
        (("label-encoding", 8),),
        "`f1_score` takes one-hot targets, but `numbers` holds class numbers",
    ),
    "no_steps": (
        "model = keras.Sequential([\n    keras.Input((24, 24, 3)),\n"
        "    layers.TimeDistributed(layers.Conv2D(4, 3)),\n    layers.TimeDistributed(layers.Flatten()),\n"
        "    layers.LSTM(2),\n])\n",
        (("wrong-rank", 7),),
        "`time_distributed` takes 5 axes, but its input has 4 axes",
    ),
    "sides": (
        "SHAPE = (50, 50, 3)\nimage = keras.Input(SHAPE)\nhalf = layers.MaxPooling2D(4)(image)\n"
        "whole = layers.UpSampling2D(4)(half)\nboth = layers.Concatenate()([image, whole])\n"
        "model = keras.Model(image, layers.Conv2D(1, 1)(both))\n"
        "model.compile('sgd', 'mse')\nmodel.fit(np.zeros((4, *SHAPE)), np.zeros((4, 50, 50, 1)), verbose=0)\n",
        (("join-mismatch", 9),),
        "`layers.Concatenate()` joins along axis -1, but 48 along axis 1 of `whole` is not 50 of `image`",
    ),
    "beyond": (
        "table = layers.Embedding(10, 4)\nprint(table(np.array([[1, 20]])).shape)\n",
        (("index-out-of-range", 6),),
        "index 20 is asked of `table`, which has 10 rows",
    ),
    "attribute": (
        "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.blocks = [layers.Dense(8), layers.Dense(8)]\n        self.head = layers.Dense(1)\n"
        "    def call(self, x):\n        for block in self.blocks:\n            x = block(x)\n"
        "        return self.head(x)\n"
        "net = Net()\nnet(x)\nprint(net.predict(x[..., :5], verbose=0).shape)\n",
        (("linear-in-features", 12),),
        "`block` takes 8 features, but `x` has 5",
    ),
    "padding": (
        "words = np.zeros((4, 10), bool)\n"
        "attend = layers.MultiHeadAttention(2, 4)\nprint(attend(x, x, attention_mask=words).shape)\n",
        (("attention-mask-shape", 7),),
        "`attend` wants `words` of shape (4, 10, 10), but it is (4, 10)",
    ),
    "both_directions": (
        "width = 6\ncome = layers.Bidirectional(layers.LSTM(width, return_state=True))\n"
        "_, h, c, back_h, back_c = come(x)\n"
        "states = [layers.Concatenate()([h, back_h]), layers.Concatenate()([c, back_c])]\n"
        "go = layers.LSTM(width)\nprint(go(x, initial_state=states).shape)\n",
        (("rnn-state", 10),),
        "`go` keeps a state for 6 hidden features, but initial_state 0 has 12",
    ),
    "cell": (
        "cell, states = layers.LSTMCell(6), [np.zeros((4, 7), 'float32')] * 2\nprint(cell(x[:, 0], states)[0].shape)\n",
        (("rnn-state", 6),),
        "`cell` keeps a state for 6 hidden features, but `states` has 7",
    ),
    "maps": (
        "frames = np.zeros((2, 5, 8, 8, 3), 'float32')\nfirst = layers.ConvLSTM2D(4, 3)\n"
        "second = layers.ConvLSTM2D(2, 3)\nprint(second(first(frames)).shape)\n",
        (("recurrent-sequences", 8),),
        "`second` takes a sequence, but `first` returns its last step only",
    ),
    "two_models": (
        "def tower(units):\n    rows = keras.Input((9,))\n    return keras.Model(rows, layers.Dense(units)(rows))\n"
        "left, right = tower(8), tower(12)\nrows = keras.Input((9,))\n"
        "print(layers.Add()([left(rows), right(rows)]).shape)\n",
        (("broadcast-mismatch", 10),),
        "`left(rows)` has 8 along axis 1, where `right(rows)` has 12",
    ),
}

OFFERED = {"padding": "words[:, None, :]", "both_directions": "width * 2", "two_models": "12"}
"""Faults with the text of an edit that is among those tried."""

SLOW = ("stacked", "declared", "one_sample", "symbolic_attention", "beyond")
"""Faults that the slowest backend is asked for too: it compiles every operation."""


@pytest.fixture(scope="module", params=["torch", "tensorflow", "jax"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    backend: str = request.param
    names = SLOW if backend == "jax" else tuple(FAULTS)
    programs = {name: IMPORTS + FAULTS[name][0] for name in names}
    programs |= {} if backend == "jax" else {"layers": LAYERS, "models": MODELS}
    return told(backend, programs, tmp_path_factory.mktemp(backend))


def test_each_fault_is_told_once_at_its_line_in_the_users_names(found: dict[str, Told]) -> None:
    for name, (_, findings, message) in FAULTS.items():
        if name in found:
            said = found[name]
            assert (said.findings, said.messages[:1]) == (findings, (message,)), (name, said)


def test_the_edit_that_is_wanted_is_tried(found: dict[str, Told]) -> None:
    for name, text in OFFERED.items():
        assert name not in found or text in found[name].fixes[0], (name, found[name].fixes)


def test_right_programs_are_met_with_silence(found: dict[str, Told]) -> None:
    for name in ("layers", "models"):
        if name in found:
            assert (found[name].status, found[name].findings) == ("checked", ()), found[name]


def test_no_fix_is_spelled_as_torch_spells_it(found: dict[str, Told]) -> None:
    for name, said in found.items():
        for texts in said.fixes:
            assert not [text for text in texts if ".unsqueeze(" in text or "torch." in text or ".size(" in text], name
