"""Graphs of `compat.v1`: values that are fed, nodes that fail while the graph runs."""

from __future__ import annotations

from pathlib import Path

from axiswise.sandbox import Sandbox
from tests.frontends.tensorflow.told import checked

FED = """\
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
x = tf.placeholder(tf.float32, [None, 19])
y = tf.placeholder(tf.float32, [None, 3])
w = tf.Variable(tf.zeros([19, 3]))
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=tf.matmul(x, w)))
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
samples, labels = np.random.rand(40, 19), np.random.randint(0, 3, 40)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(100000):
        session.run(train, feed_dict={x: samples[:8], y: labels[:8]})
    print(session.run(loss, {x: samples[0], y: np.eye(3)[:1]}))
"""


def test_what_is_fed_is_held_against_the_placeholder(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, FED)
    labels, sample = report.findings
    assert (labels.rule, labels.raised_at and labels.raised_at.line) == ("fed-shape", 13)
    assert labels.message == "`y` takes (?, 3), but `labels[:8]` has the shape (8,)"
    assert labels.exception is not None
    assert labels.exception.message.startswith("Cannot feed value of shape (8,)")
    assert (labels.fixes[0].verdict, labels.fixes[0].edits[0].text) == ("verified", "np.eye(3)[labels[:8]]")
    assert (sample.rule, sample.raised_at and sample.raised_at.line) == ("fed-shape", 14)
    assert (sample.fixes[0].verdict, sample.fixes[0].edits[0].text) == (
        "verified",
        "np.expand_dims(samples[0], 0)",
    )
    assert report.targets[0].status == "checked"


def test_values_fed_together_are_mended_together(sandbox: Sandbox, tmp_path: Path) -> None:
    program = FED.replace("labels[:8]", "np.eye(3)[labels[:8]]").replace("np.eye(3)[:1]", "np.eye(3)[0]")
    report = checked(sandbox, tmp_path, program)
    (found,) = report.findings
    assert (found.rule, found.raised_at and found.raised_at.line) == ("fed-shape", 14)
    assert found.fixes[0].verdict == "verified"
    assert {edit.text for edit in found.fixes[0].edits} == {
        "np.expand_dims(samples[0], 0)",
        "np.expand_dims(np.eye(3)[0], 0)",
    }


def test_a_right_session_is_silent(sandbox: Sandbox, tmp_path: Path) -> None:
    program = FED.replace("labels[:8]", "np.eye(3)[labels[:8]]").replace("samples[0]", "samples[:1]")
    report = checked(sandbox, tmp_path, program)
    assert report.findings == ()
    assert report.targets[0].status == "checked"


RUNNING = """\
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
images = tf.placeholder(tf.float32, [None, 28, 28, 1])
pooled = tf.nn.max_pool(images, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
flat = tf.reshape(pooled, [-1, 7 * 7])
score = tf.matmul(flat, tf.Variable(tf.zeros([7 * 7, 2])))
wide = score + tf.placeholder_with_default(tf.zeros([3]), [None])
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(wide, {images: np.zeros((5, 28, 28, 1))})
"""


def test_a_node_that_fails_is_told_at_the_line_that_made_it(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, RUNNING)
    (found,) = report.findings
    assert (found.rule, found.raised_at and found.raised_at.line) == ("broadcast-mismatch", 8)
    assert found.exception is not None
    assert found.exception.type == "InvalidArgumentError"


def test_a_loss_whose_targets_had_no_rank_is_told_at_the_loss(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(
        sandbox,
        tmp_path,
        """\
        import numpy as np
        import tensorflow.compat.v1 as tf
        tf.disable_v2_behavior()
        signals, kinds = np.random.rand(12, 30), np.eye(3)[np.random.randint(0, 3, 12)].T
        x, y = tf.placeholder(tf.float32, [None, 30]), tf.placeholder(tf.float32)
        w = tf.Variable(tf.zeros([30, 3]))
        cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=tf.matmul(x, w), labels=y))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            print(session.run([train, cost], feed_dict={x: signals, y: kinds}))
        """,
    )
    (found,) = report.findings
    assert found.message.startswith("`tf.nn.softmax_cross_entropy_with_logits` compares `tf.matmul(x, w)`")
    assert [edit.text for edit in found.fixes[0].edits] == ["tf.transpose(y)"]


CHOSEN = """\
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
words = tf.Variable(tf.random_normal([50, 4]))
norms = tf.sqrt(tf.reduce_sum(words * words, 1, keepdims={kept}))
scaled = tf.where(norms[:, 0] > 1.0 if {kept} else norms > 1.0, words / norms[:{rows}], words)
products = tf.matmul({left}, {right})
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print(session.run([scaled, products]))
"""


def test_choosing_broadcasts_nothing_and_vectors_are_no_matrices(sandbox: Sandbox, tmp_path: Path) -> None:
    vector = "tf.constant([1.0, 2.0])"
    report = checked(sandbox, tmp_path, CHOSEN.format(kept=True, rows=1, left=vector, right=vector))
    (product,) = report.findings
    assert (product.rule, product.fixes[0].title) == ("wrong-rank", "make them a row and a column")
    matrix = "tf.ones([2, 2])"
    assert not checked(sandbox, tmp_path, CHOSEN.format(kept=True, rows=50, left=matrix, right=matrix)).findings
    unlike = CHOSEN.replace("words / norms[:{rows}], words)", "words[:, :3], words)")
    (chosen,) = checked(sandbox, tmp_path, unlike.format(kept=True, left=matrix, right=matrix)).findings
    assert chosen.message == "`words[:, :3]` has 3 along axis 1, where `words` has 4"


FLATTENED = """\
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
x = tf.placeholder(tf.float32, [None, 40, 20, 1])
kernel = tf.Variable(tf.random_normal([3, 3, 1, 8]))
maps = tf.nn.max_pool(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME"), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
dense = tf.Variable(tf.random_normal([7 * 7 * 8, 10]))
scores = tf.matmul(tf.reshape(maps, [-1, 7 * 7 * 8]), dense)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print(session.run(scores, {x: np.random.rand(5, 40, 20, 1)}).shape)
"""


def test_features_that_are_written_twice_are_mended_together(sandbox: Sandbox, tmp_path: Path) -> None:
    (found,) = checked(sandbox, tmp_path, FLATTENED).findings
    assert found.exception is not None
    assert found.exception.message.startswith("Input to reshape is a tensor with 8000 values")
    assert "\n" not in found.exception.message
    best = found.fixes[0]
    assert best.verdict == "verified"
    assert [(edit.span.line, edit.text) for edit in best.edits] == [(7, "20 * 10 * 8"), (8, "20 * 10 * 8")]
    assert not checked(sandbox, tmp_path, FLATTENED.replace("7 * 7 * 8", "20 * 10 * 8")).findings
