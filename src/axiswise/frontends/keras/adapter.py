"""Adapts the recorder to Keras: its symbolic tensors, its layers, its training loops, its losses."""

from __future__ import annotations

from typing import Any, cast

import keras

from axiswise.frontends.eager.array_functions import array_functions, softmaxes
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import reads
from axiswise.frontends.keras import datasets, storing, symbolic, training
from axiswise.frontends.keras.batches import Batches
from axiswise.frontends.keras.judging import Judges
from axiswise.frontends.keras.kind import KIND, VARIABLE
from axiswise.frontends.keras.layers import LayerStack
from axiswise.frontends.keras.weights import StoredWeights


def attach(recorder: Recorder) -> None:
    """Let Keras' calls be written down."""
    # Keras words every error again, with the values of all arguments, unless it is told to leave tracebacks alone.
    cast("Any", keras).config.disable_traceback_filtering()
    recorder.arrays.add(KIND)
    recorder.arrays.add(VARIABLE)
    recorder.vocabulary.add(array_functions("keras.ops") | softmaxes("keras.ops"))
    recorder.vocabulary.add(reads("zeros", "shape=()", "keras.layers.Layer.add_weight"))
    batches = Batches(recorder)
    stack = LayerStack(recorder, batches)
    recorder.running_layer, recorder.running_modules = stack.layer, stack.within
    stack.install()
    symbolic.install(recorder)
    training.install(recorder, batches)
    Judges(recorder).install()
    StoredWeights(recorder).install()
    datasets.install(recorder)
    storing.install()
