"""Adapts the recorder to TensorFlow: eager and symbolic tensors, functions that run as Python, sessions."""

from __future__ import annotations

import importlib
from typing import Any, cast

import tensorflow as tf

from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.tensorflow import pipelines, signatures, training
from axiswise.frontends.tensorflow.kind import KIND
from axiswise.frontends.tensorflow.sessions import Sessions
from axiswise.frontends.tensorflow.vocabulary import READERS

_TF: Any = cast("Any", tf)
_OPS: Any = importlib.import_module("tensorflow.python.framework.ops")


def attach(recorder: Recorder) -> None:
    """Let TensorFlow's calls be written down."""
    recorder.arrays.add(KIND)
    recorder.vocabulary.add(READERS)
    _run_functions_as_python()
    _TF.get_logger().setLevel("ERROR")
    training.install(recorder)
    pipelines.install()
    signatures.install(recorder)
    Sessions(recorder).install()


def _run_functions_as_python() -> None:
    """Let a `tf.function` run its Python, for as long as the program has not gone back to graphs."""
    if _TF.compat.v1.executing_eagerly_outside_functions():
        _TF.config.run_functions_eagerly(True)
    disable = _OPS.disable_eager_execution

    def disable_eager_execution() -> None:
        disable()
        _TF.config.run_functions_eagerly(False)

    _OPS.disable_eager_execution = _TF.compat.v1.disable_eager_execution = disable_eager_execution
