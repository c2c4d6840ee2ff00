"""What TensorFlow spells in its own way: products that transpose, losses by their encoding, functions of pipelines."""

from __future__ import annotations

from pathlib import Path

from axiswise.diagnosis import Diagnosis
from axiswise.sandbox import Sandbox
from tests.frontends.tensorflow.told import checked


def findings(sandbox: Sandbox, folder: Path, program: str) -> tuple[Diagnosis, ...]:
    report = checked(sandbox, folder, program)
    assert report.targets[0].status == "checked"
    return tuple(report.findings)


def best(finding: Diagnosis) -> tuple[str, list[tuple[int, str]]]:
    assert finding.fixes[0].verdict == "verified"
    return finding.fixes[0].title, [(edit.span.line, edit.text) for edit in finding.fixes[0].edits]


PRODUCT = """\
import tensorflow as tf
queries, keys = tf.random.normal((4, 10, 16)), tf.random.normal((4, 10, 16))
values = tf.random.normal((4, 10, 24))
scores = tf.matmul(queries, keys, transpose_b=True)
mixed = tf.matmul(scores, values, transpose_b={turned})
print(mixed.shape, tf.reduce_sum(mixed))
"""


def test_a_product_that_transposes_an_operand_is_a_product(sandbox: Sandbox, tmp_path: Path) -> None:
    (found,) = findings(sandbox, tmp_path, PRODUCT.format(turned=True))
    assert found.message == "`tf.matmul` sums over 10 of `scores` and 24 of `values`"
    assert best(found) == ("drop transpose_b", [(5, "")])
    assert findings(sandbox, tmp_path, PRODUCT.format(turned=False)) == ()


ENCODED = """\
import numpy as np
import tensorflow as tf
labels = tf.one_hot(np.random.randint(0, 10, 64), 10)
w = tf.Variable(tf.zeros((20, 10)))
samples = np.random.rand(64, 20).astype("float32")
for start in range(0, 64, 16):
    with tf.GradientTape() as tape:
        y, logits = labels[start : start + 16], samples[start : start + 16] @ w
        loss = tf.reduce_mean(tf.nn.{loss}(labels=y, logits=logits))
    w.assign_sub(0.1 * tape.gradient(loss, w))
"""


def test_class_numbers_are_asked_for_and_rows_given(sandbox: Sandbox, tmp_path: Path) -> None:
    program = ENCODED.format(loss="sparse_softmax_cross_entropy_with_logits")
    (found,) = findings(sandbox, tmp_path, program)
    assert found.rule == "label-encoding"
    asked = [(9, "tf.nn.softmax_cross_entropy_with_logits")]
    assert best(found) == ("use the loss that takes one-hot targets", asked)
    assert findings(sandbox, tmp_path, ENCODED.format(loss="softmax_cross_entropy_with_logits")) == ()


PIPELINE = """\
import tensorflow as tf
photos, depths = tf.zeros((12, 8, 8, 3)), tf.zeros((12, 8, 8))


def join(photo, depth):
    if tf.reduce_mean(photo) > {limit}:
        photo = photo + 1.0
    return tf.concat([photo, {depth}], axis=-1)


for batch in tf.data.Dataset.from_tensor_slices((photos, depths)).map(join).batch(4):
    print(tf.reshape(batch, (-1, 8 * 8 * 4)).shape)
"""


def test_a_fault_in_a_pipeline_is_told_where_it_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    program = PIPELINE.format(limit="0.5", depth="depth").replace("    if tf.reduce_mean(photo) > 0.5:\n    ", "")
    (found,) = findings(sandbox, tmp_path, program)
    assert found.rule == "wrong-rank"
    assert best(found) == ("add an axis at 2", [(7, "tf.expand_dims(depth, 2)")])


def test_a_function_that_asks_for_a_value_is_left_to_tensorflow(sandbox: Sandbox, tmp_path: Path) -> None:
    assert findings(sandbox, tmp_path, PIPELINE.format(limit="0.5", depth="depth[..., None]")) == ()
