"""Adapts the recorder to JAX' arrays, to `jax.numpy` and to `jax.nn`."""

from __future__ import annotations

import functools
from typing import Any, cast

import jax

from axiswise.frontends.eager.array_functions import array_functions, array_methods, softmaxes
from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder

_JAX: Any = cast("Any", jax)


def attach(recorder: Recorder) -> None:
    """Let JAX' calls be written down."""
    recorder.arrays.add(KIND)
    recorder.vocabulary.add(array_functions("jax.numpy") | array_methods(KIND.name) | softmaxes("jax.nn"))
    _install_steps(recorder)


def _install_steps(recorder: Recorder) -> None:
    """Let the user's own compiled functions run as Python, and a gradient tell that the loop around it trains."""
    compiled = _JAX.jit

    def jit(function: Any = None, *args: Any, **kwargs: Any) -> Any:
        if function is None:
            return functools.partial(jit, *args, **kwargs)
        return _AsPython(function, compiled(function, *args, **kwargs))

    def telling(differentiate: Any) -> Any:
        def differentiated(function: Any, *args: Any, **kwargs: Any) -> Any:
            gradient = differentiate(function, *args, **kwargs)

            @functools.wraps(function)
            def run(*given: Any, **named: Any) -> Any:
                recorder.steering.trained()
                return gradient(*given, **named)

            return run

        return differentiated

    _JAX.jit = jit
    _JAX.grad, _JAX.value_and_grad = telling(_JAX.grad), telling(_JAX.value_and_grad)


class _AsPython:
    """A function that JAX would compile, run line by line; anything else is asked of the compiled one."""

    def __init__(self, function: Any, compiled: Any) -> None:
        self._function = function
        self._compiled = compiled

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    known = tuple(like.shape)
    opened = (
        known[axis] if axis < len(known) and not isinstance(known[axis], int) else 1 for axis in range(len(shape))
    )
    return _JAX.numpy.zeros(
        tuple(each if size is None else size for size, each in zip(shape, opened, strict=True)), dtype
    )


KIND = Kind(
    "Array", (_JAX.Array, _JAX.core.Tracer), lambda array: tuple(array.shape), lambda array: str(array.dtype), _made
)
