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
        result = original(*args, **kwargs)
        sources = kwargs.get("sources", args[2] if len(args) > 2 else None)
        if not recorder.trace.failures or name != "gradient" or sources is None:
            return result
        # What stands in for a failed call leads back to no variable.
        pairs = zip(_TF.nest.flatten(result), _TF.nest.flatten(sources), strict=True)
        known = [_TF.zeros(source.shape, source.dtype) if each is None else each for each, source in pairs]
        return _TF.nest.pack_sequence_as(sources, known)

    setattr(owner, name, counted)
