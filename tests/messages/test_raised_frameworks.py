"""Messages as TensorFlow and Keras word them here and now: the calls are made, and what they raise is read."""

from __future__ import annotations

from typing import Any

import pytest

from axiswise.frontends.messages import read_message
from axiswise.frontends.messages.said import said

tf: Any = pytest.importorskip("tensorflow")
keras: Any = pytest.importorskip("keras")
np: Any = pytest.importorskip("numpy")

RAISED = [
    ("tf.zeros((32, 10)) - tf.zeros((32,))", "broadcast", 10, 32),
    ("tf.matmul(tf.zeros((2, 3)), tf.zeros((4, 5)))", "contraction", 3, 4),
    ("tf.matmul(tf.zeros((2, 3, 4)), tf.zeros((3, 4, 5)))", "batch", 2, 3),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=tf.zeros((4, 3)), logits=tf.zeros((8, 3)))", "target", 8, 4),
    ("tf.reshape(tf.zeros((5, 3)), (4, 4))", "numel", 15, 16),
    ("tf.reshape(tf.zeros((5, 3)), (4, -1))", "numel", 15, 4),
    ("tf.concat([tf.zeros((2, 3)), tf.zeros((3, 3))], 1)", "join", 2, 3),
    ("tf.stack([tf.zeros((2, 3)), tf.zeros((2, 4))])", "stack", 3, 4),
    ("tf.gather(tf.zeros((3, 2)), [5])", "index-range", 5, 3),
    ("tf.split(tf.zeros((5, 2)), 2)", "split", 5, 2),
    ("tf.expand_dims(tf.zeros((2, 3)), 5)", "axis-range", 5, None),
    ("tf.transpose(tf.zeros((2, 3)), (0, 2, 1))", "permutation", 2, 3),
    ("graph(lambda a, b: a + b, (None, 3), (None, 4))", "broadcast", 3, 4),
    ("graph(tf.matmul, (None, 3), (4, 4))", "contraction", 3, 4),
    ("graph(tf.matmul, (3,), (4, 4))", "rank", 1, None),
    ("graph(lambda a: tf.reshape(a, (4, 4)), (3, 5))", "numel", 15, 16),
    ("graph(lambda a, b: tf.concat([a, b], 0), (None, 3), (4, 4))", "join", 3, 4),
    ("graph(lambda a: tf.nn.conv2d(a, tf.zeros((3, 3, 3, 5)), 1, 'VALID'), (1, 2, 2, 3))", "window", 2, 3),
    ("built(layers.Dense(2), (None, 4))(np.zeros((2, 5)))", "contraction", 5, 4),
    ("built(layers.Conv2D(2, 3), (None, 8, 8, 3))(np.zeros((2, 8, 8, 4)))", "channels", 4, 3),
    ("layers.LSTM(4)(keras.Input((4,)))", "rank", 2, None),
    ("layers.Conv2D(4, 3)(keras.Input((28, 28)))", "rank", 3, None),
    ("layers.Conv2D(4, 5)(keras.Input((3, 3, 1)))", "window", 3, 5),
    ("layers.MaxPooling2D(4)(keras.Input((3, 3, 1)))", "window", 3, 4),
    ("layers.Concatenate()([keras.Input((89, 89, 4)), keras.Input((88, 88, 4))])", "join", 89, 88),
    ("layers.Add()([keras.Input((4,)), keras.Input((5,))])", "broadcast", 4, 5),
    ("layers.Reshape((4, 4))(keras.Input((15,)))", "numel", 15, 16),
    ("keras.losses.CategoricalCrossentropy()(np.zeros((2, 3)), np.zeros((2, 4)))", "target", 4, 3),
    ("keras.losses.SparseCategoricalCrossentropy()(np.zeros((2, 3)), np.zeros((2, 4)))", "target-rank", 2, None),
    ("keras.ops.matmul(keras.Input((3,)), np.zeros((4, 5)))", "contraction", 3, 4),
    ("keras.Sequential([keras.Input((8,)), layers.Dense(1)])(np.zeros((8,)))", "declared", 1, 2),
]


def graph(function: Any, *shapes: tuple[int | None, ...]) -> Any:
    return tf.function(function).get_concrete_function(*(tf.TensorSpec(shape) for shape in shapes))


def built(layer: Any, shape: tuple[int | None, ...]) -> Any:
    layer.build(shape)
    return layer


@pytest.mark.parametrize(("code", "kind", "left", "right"), RAISED, ids=[row[0] for row in RAISED])
def test_read_as_it_is_raised(code: str, kind: str, left: int | None, right: int | None) -> None:
    names = {"tf": tf, "keras": keras, "layers": keras.layers, "np": np, "graph": graph, "built": built}
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)) as raised:
        eval(code, names)
    words = str(raised.value)
    conflict = read_message(type(raised.value).__name__, words)
    assert conflict is not None
    sides = (conflict.left and conflict.left.size, conflict.right and conflict.right.size)
    assert (conflict.kind, *sides) == (kind, left, right)
    assert "Arguments received" not in said(words)
    assert "\x1b" not in said(words)
