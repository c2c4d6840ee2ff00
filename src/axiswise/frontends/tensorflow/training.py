"""What makes a loop a training loop in TensorFlow: gradients of a tape, and an optimiser's step."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

import tensorflow as tf

from axiswise.frontends.eager.recorder import Recorder

_TF: Any = cast("Any", tf)


def install(recorder: Recorder) -> None:
    """Count every gradient that a tape is asked for."""
    for name in ("gradient", "jacobian", "batch_jacobian"):
        _counted(recorder, _TF.GradientTape, name)


def _counted(recorder: Recorder, owner: Any, name: str) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def counted(*args: Any, **kwargs: Any) -> Any:
        recorder.steering.trained()
        return original(*args, **kwargs)

    setattr(owner, name, counted)
