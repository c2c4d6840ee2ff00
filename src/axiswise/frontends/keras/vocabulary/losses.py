"""Losses and metrics: what they do to their two operands before they compare them, and which word they go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import keras
import numpy as np

from axiswise.facts import OpCall, Shape, TensorRef
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.values import extremes, known_values

_BACKEND: str = cast("Any", keras).backend.backend()
ONE_HOT, NUMBERS, EQUAL = "one_hot_cross_entropy", "nll_loss", "binary_cross_entropy"
WORDS: dict[str, str] = {
    "categorical_crossentropy": ONE_HOT,
    "categorical_focal_crossentropy": ONE_HOT,
    "CategoricalCrossentropy": ONE_HOT,
    "sparse_categorical_crossentropy": NUMBERS,
    "SparseCategoricalCrossentropy": NUMBERS,
    "binary_crossentropy": EQUAL,
    "binary_focal_crossentropy": EQUAL,
    "mean_squared_error": "mse_loss",
    "mean_absolute_error": "l1_loss",
    "mean_absolute_percentage_error": "l1_loss",
    "mean_squared_logarithmic_error": "mse_loss",
    "log_cosh": "huber_loss",
    "huber": "huber_loss",
    "poisson": "poisson_nll_loss",
    "kl_divergence": "kl_div",
    "hinge": "hinge_embedding_loss",
    "squared_hinge": "hinge_embedding_loss",
    "sparse_categorical_accuracy": NUMBERS,
    "sparse_top_k_categorical_accuracy": NUMBERS,
    "RootMeanSquaredError": "mse_loss",
    "FBetaScore": ONE_HOT,
    "F1Score": ONE_HOT,
}
"""Keras' functions, and the classes that are no wrapper around one, by the field's word for what they compare."""


def read_comparison(
    recorder: Recorder, own: Any, target: Any, predicted: Any, settings: Mapping[str, Any]
) -> Reading | None:
    """Read a loss or a metric as one operation, or None where its name is not known or its operands are no arrays.

    Args:
        recorder: The run.
        own: The function or the class that does it.
        target, predicted: Its operands as they were given.
        settings: `axis`, `ignore_class`, `from_logits`.
    """
    module: str = getattr(own, "__module__", "") or ""
    name, arrays = getattr(own, "__name__", ""), recorder.arrays
    if (
        not module.startswith(("keras.", "tf_keras."))
        or arrays.kind_of(target) is None
        or arrays.kind_of(predicted) is None
    ):
        return None
    word = WORDS.get(name)
    if word is None:  # no contract speaks for it: what it raises is about these two all the same
        return Reading(f"keras.{name}", {"target": target, "input": predicted})
    ours, theirs = arrays.ref_of(predicted), arrays.ref_of(target)
    reading = Reading(word, params=_meant(name, settings))
    if word == NUMBERS:
        theirs = _aligned(recorder, replace(theirs, dtype="int64"), ours.rank)
        axis = settings.get("axis", -1)
        reading.params["class_axis"] = (axis if isinstance(axis, int) else -1) % max(ours.rank, 1)
        reading.params |= extremes(_counted(target, settings.get("ignore_class")))
    else:
        ours, theirs = _of_one_rank(recorder, ours, theirs)
        theirs = replace(theirs, dtype="float32")
    if word == ONE_HOT:
        reading.params["whole"] = _are_whole(target)
    reading.operands |= {"target": theirs, "input": replace(ours, dtype="float32")}
    return reading


def _meant(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether a cross entropy takes logits; nothing where it finds out by itself, as that on TensorFlow does."""
    if "crossentropy" not in name.lower() or (settings.get("from_logits") and _BACKEND == "tensorflow"):
        return {}
    return {"logits": bool(settings.get("from_logits"))}


def _of_one_rank(recorder: Recorder, ours: TensorRef, theirs: TensorRef) -> tuple[TensorRef, TensorRef]:
    """Give two operands one rank as Keras does: an axis of 1 at the end of one is taken away, or given to the other."""
    if theirs.rank == ours.rank + 1 and theirs.shape[-1] == 1:
        if ours.rank == 1:
            return _reshaped(recorder, ours, "unsqueeze"), theirs
        return ours, _reshaped(recorder, theirs, "squeeze")
    if ours.rank == theirs.rank + 1 and ours.shape[-1] == 1:
        if theirs.rank == 1:
            return ours, _reshaped(recorder, theirs, "unsqueeze")
        return _reshaped(recorder, ours, "squeeze"), theirs
    return ours, theirs


def _aligned(recorder: Recorder, theirs: TensorRef, rank: int) -> TensorRef:
    """Take the axis of 1 away that class numbers may have at the end."""
    if theirs.rank == rank and theirs.rank and theirs.shape[-1] == 1:
        return _reshaped(recorder, theirs, "squeeze")
    return theirs


def _reshaped(recorder: Recorder, ref: TensorRef, op: str) -> TensorRef:
    shape: Shape = (*ref.shape, 1) if op == "unsqueeze" else ref.shape[:-1]
    made = TensorRef(recorder.arrays.identity(), shape, ref.dtype, ref.device)
    recorder.trace.add(OpCall(-1, op, {"input": ref}, {"dim": -1}, (made,)))  # no line of the user's asks for it
    return made


def _counted(target: Any, ignored: Any) -> Any:
    """Return the class numbers of a target but the one that is ignored; None where they are not at hand."""
    numbers = known_values(target)
    return numbers if numbers is None or ignored is None else numbers[numbers != ignored]


def _are_whole(target: Any) -> bool:
    """Return whether targets may be class numbers: no fractions among them."""
    numbers = known_values(target)
    if numbers is None or numbers.dtype.kind != "f":
        return True
    return bool(np.array_equal(numbers, cast("Any", np).round(numbers)))
