"""Functions of `tf.data` pipelines, traced as the user wrote them.

TensorFlow rewrites such a function before it traces it, which hides its lines. Most need no rewriting: it is left for
those that branch or loop over a tensor's value.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from typing import Any

_FUNCTIONS: Any = importlib.import_module("tensorflow.python.data.ops.structured_function")


def install() -> None:
    """Let every function of a pipeline be tried as it is."""
    rewriting: Any = _FUNCTIONS.autograph

    def tf_convert(function: Callable[..., Any], context: Any, *args: Any, **kwargs: Any) -> Any:
        rewritten = rewriting.tf_convert(function, context, *args, **kwargs)

        def traced(*given: Any) -> Any:
            try:
                return function(*given)
            except TypeError:  # a tensor's value is asked for: only the rewritten function goes on without it
                return rewritten(*given)

        return traced

    _FUNCTIONS.autograph = types.SimpleNamespace(**{**vars(rewriting), "tf_convert": tf_convert})
