"""Lets the data that scikit-learn splits and scales keep the origins of their axes."""

from __future__ import annotations

import sys

from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reader, reads

SCALERS = "StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer QuantileTransformer PowerTransformer"

SPLITS = reads(
    "split-samples",
    "*tensors, test_size=None, train_size=None, random_state?, shuffle?, stratify?",
    "sklearn.model_selection.train_test_split",
)


SHUFFLES = reads("shuffle-samples", "*tensors, random_state?, n_samples?", "sklearn.utils.shuffle")


def _scaled() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for scaler in SCALERS.split():
        owner = f"sklearn.preprocessing.{scaler}"
        found |= reads("clone", "input|X, y?, copy?", f"{owner}.fit_transform {owner}.transform")
        found |= reads("clone", "input|X, copy?", f"{owner}.inverse_transform")
    return found


def attach(recorder: Recorder) -> None:
    """Let the parts of scikit-learn that the program has loaded be read."""
    for module, readers in (
        ("sklearn.model_selection", SPLITS),
        ("sklearn.utils", SHUFFLES),
        ("sklearn.preprocessing", _scaled()),
    ):
        if module in sys.modules:
            recorder.vocabulary.add(readers)
