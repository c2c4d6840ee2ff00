"""Programs of TensorFlow, really run: what they are told, and the silence of right ones."""

from __future__ import annotations

from pathlib import Path

from axiswise.diagnosis import Diagnosis, Report
from axiswise.sandbox import Sandbox
from tests.frontends.tensorflow.told import checked


def told(report: Report) -> list[tuple[str, int]]:
    return [(each.rule, each.raised_at.line if each.raised_at else 0) for each in report.findings]


def finding(report: Report, rule: str) -> Diagnosis:
    return next(each for each in report.findings if each.rule == rule)


EAGER_FAULTS = """\
import tensorflow as tf
images, kernel = tf.zeros([4, 28, 28, 3]), tf.Variable(tf.zeros([3, 3, 1, 8]))
maps = tf.nn.conv2d(images, kernel, 1, "SAME")
pooled = tf.nn.max_pool(maps, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
flat = tf.reshape(pooled, [4, 7 * 7 * 8])
scores = tf.matmul(flat, tf.zeros([100, 10]))
summed = scores + tf.zeros([4])
joined = tf.concat([summed, tf.zeros([2, 9])], axis=0)
loss = tf.nn.softmax_cross_entropy_with_logits(labels=tf.zeros([4, 9]), logits=tf.zeros([4, 10]))
picked = tf.expand_dims(tf.zeros([2, 2]), axis=4)
print(pooled.shape, joined.shape, loss.shape)
"""


def test_every_fault_of_an_eager_program_is_told_at_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, EAGER_FAULTS)
    assert told(report) == [
        ("conv-channels", 3),
        ("reshape-count", 5),
        ("matmul-contraction", 6),
        ("broadcast-mismatch", 7),
        ("join-mismatch", 8),
        ("loss-target-shape", 9),
        ("axis-out-of-range", 10),
    ]
    assert (report.targets[0].reason or "").startswith("stopped at line 10: InvalidArgumentError")


def test_a_kernel_is_followed_back_to_the_numbers_it_was_made_of(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(
        sandbox,
        tmp_path,
        """\
        import tensorflow as tf
        kernel = tf.Variable(tf.random.normal([3, 3, 1, 8]))
        print(tf.nn.conv2d(tf.zeros([4, 28, 28, 3]), kernel, 1, "SAME").shape)
        """,
    )
    best = finding(report, "conv-channels").fixes[0]
    assert best.verdict == "verified"
    assert [(edit.span.line, edit.text) for edit in best.edits] == [(2, "3")]


RIGHT = """\
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
samples, labels = rng.random((64, 12, 12, 1)).astype("float32"), rng.integers(0, 10, 64)
data = tf.data.Dataset.from_tensor_slices((samples, labels))
data = data.map(lambda x, y: (tf.image.resize(x, (16, 16)), tf.one_hot(y, 10))).batch(16, drop_remainder=True)
kernel, weight = tf.Variable(tf.random.normal([3, 3, 1, 4])), tf.Variable(tf.random.normal([256, 10]))


@tf.function(input_signature=[tf.TensorSpec([None, 16, 16, 1], tf.float32)])
def model(x):
    h = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME")), 2, 2, "VALID")
    return tf.matmul(tf.reshape(h, [tf.shape(h)[0], -1]), weight)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=model(x)))
    for variable, gradient in zip([kernel, weight], tape.gradient(loss, [kernel, weight])):
        variable.assign_sub(0.01 * gradient)
    return loss


for epoch in range(100000):
    for x, y in data:
        loss = step(x, y)


def ragged():
    for length in (1, 2):
        yield np.zeros((length, 3), "float32")


unknown = tf.data.Dataset.from_generator(ragged, output_types=tf.float32).map(lambda x: tf.reduce_sum(x * 2, axis=-1))
for each in unknown:
    print(each.shape)
a = tf.ones([2, 2])
print(tf.matmul(a, a, transpose_b=True), tf.einsum("ij,jk->ik", a, a), tf.tensordot(a, a, axes=1), a[..., None])
print(tf.gather(a, [1, 0], axis=1), tf.pad(a, [[1, 1], [0, 0]]), tf.tile(a, [2, 3]), tf.split(a, 2, axis=1))
print(tf.broadcast_to(a, [3, 2, 2]), tf.stack([a, a]), tf.squeeze(a[None]), tf.transpose(a), tf.argmax(a))
"""


def test_a_right_program_is_silent_and_its_training_loop_ends(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, RIGHT)
    assert told(report) == []
    assert report.targets[0].status == "checked"
    assert any("of 100000 rounds" in each for each in report.targets[0].assumptions)
