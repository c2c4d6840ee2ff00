"""Adapts the recorder to TensorFlow: eager and symbolic tensors, functions that run as Python, sessions."""

from __future__ import annotations

from typing import Any, cast

import tensorflow as tf

from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.tensorflow import training
from axiswise.frontends.tensorflow.kind import KIND
from axiswise.frontends.tensorflow.sessions import Sessions
from axiswise.frontends.tensorflow.vocabulary import READERS

_TF: Any = cast("Any", tf)


def attach(recorder: Recorder) -> None:
    """Let TensorFlow's calls be written down."""
    recorder.arrays.add(KIND)
    recorder.vocabulary.add(READERS)
    _TF.config.run_functions_eagerly(True)
    _TF.get_logger().setLevel("ERROR")
    training.install(recorder)
    Sessions(recorder).install()
