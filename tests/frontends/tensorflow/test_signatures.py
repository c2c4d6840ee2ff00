"""What `tf.function` declares: arguments of another shape are told, open axes take any size, retraced or not."""

from __future__ import annotations

from pathlib import Path

from axiswise.sandbox import Sandbox
from tests.frontends.tensorflow.told import checked

DECLARED = """\
import tensorflow as tf


class Scaler(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 16]), tf.TensorSpec([16])])
    def __call__(self, rows, by):
        return rows * by


@tf.function(input_signature=[tf.TensorSpec([None, 16])])
def total(rows):
    return tf.reduce_sum(rows, axis=-1)


by = tf.ones([16])
print(Scaler()(tf.ones([8, 16]), by).shape, Scaler()(tf.ones([3, 16]), by).shape)
print(total(tf.ones([4, 16])).shape)
"""


def test_open_axes_of_a_signature_take_any_size(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, DECLARED)
    assert (report.targets[0].status, report.findings) == ("checked", ())


def test_a_size_that_a_signature_contradicts_is_told_where_nothing_else_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    report = checked(sandbox, tmp_path, f"{DECLARED}print(total(tf.ones([4, 12])).shape)\n")
    (found,) = report.findings
    assert (found.rule, found.raised_at and found.raised_at.line) == ("fed-shape", 18)
    assert found.message == "`rows` takes (?, 16), but `tf.ones([4, 12])` has the shape (4, 12)"
    assert found.exception is not None
    assert "Received args" not in found.exception.message
    assert (found.fixes[0].verdict, [edit.text for edit in found.fixes[0].edits]) == ("verified", ["16"])


RETRACED = """\
import tensorflow as tf

weight = tf.Variable(tf.random.normal([6, 2]))


@tf.function(reduce_retracing=True)
def project(rows):
    return tf.matmul(tf.reshape(rows, [tf.shape(rows)[0], -1]), weight)


for count, side in ((4, 3), (7, 3), (2, 3)):
    print(project(tf.ones([count, 2, side])).shape)
"""


def test_a_function_that_is_traced_again_is_silent_until_a_size_does_not_fit(sandbox: Sandbox, tmp_path: Path) -> None:
    assert checked(sandbox, tmp_path, RETRACED).findings == ()
    report = checked(sandbox, tmp_path, RETRACED.replace("(2, 3)):", "(2, 4)):"))
    assert [each.rule for each in report.findings] == ["matmul-contraction"]


def test_layers_of_the_first_release_that_keras_3_took_away_leave_the_rest_unchecked(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = "import tensorflow.compat.v1 as tf\nrows = tf.zeros([4, 5])\nprint(tf.layers.dense(rows, 3).shape)\n"
    (target,) = checked(sandbox, tmp_path, program).targets
    assert (target.status, target.reason) == (
        "partial",
        "stopped at line 3: AttributeError: `dense` is not available with Keras 3.",
    )
