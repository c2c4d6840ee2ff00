"""Training on JAX without its gradients: each of their operations would be compiled on its own, for many seconds.

A gradient has the shape of its weight; what can fail about shapes fails on the way forward.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, cast

import keras

_KERAS: Any = cast("Any", keras)


class _ForwardOnly:
    """`jax` as Keras' trainer sees it: a gradient is not taken, and comes as None."""

    def __init__(self, jax: Any) -> None:
        self._jax = jax

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jax, name)

    def value_and_grad(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        def run(weights: list[Any], *args: Any, **kwargs: Any) -> Any:
            return function(weights, *args, **kwargs), [None] * len(weights)

        return run


def install() -> None:
    """Let Keras' own training steps go forward only, where JAX is the backend."""
    if _KERAS.config.backend() != "jax":
        return
    trainer: Any = importlib.import_module("keras.src.backend.jax.trainer")
    trainer.jax = _ForwardOnly(sys.modules["jax"])
    sys.modules["jax"].config.update("jax_disable_most_optimizations", True)
    optimizer = _KERAS.optimizers.Optimizer
    apply = optimizer.stateless_apply

    def stateless_apply(self: Any, optimizer_variables: Any, grads: Any, trainable_variables: Any) -> Any:
        if all(gradient is None for gradient in grads):
            return trainable_variables, optimizer_variables
        return apply(self, optimizer_variables, grads, trainable_variables)

    optimizer.stateless_apply = stateless_apply
