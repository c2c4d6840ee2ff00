"""What a `tf.function` declares of its arguments: held against them though its Python runs, where nothing checks it.

An argument of another shape than its `input_signature` says is a value fed to a placeholder of another shape.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, cast

import tensorflow as tf

from axiswise.facts import Conflict, LayerRef, OpCall, TensorRef
from axiswise.frontends.eager.recorder import REWORDING, Recorder
from axiswise.ops.contract import contract_of
from axiswise.origin import AnySize
from axiswise.source.callsite import CallSite
from axiswise.source.handling import is_handled

_TF: Any = cast("Any", tf)
_POLYMORPHIC = "tensorflow.python.eager.polymorphic_function"
_FUNCTION: Any = importlib.import_module(f"{_POLYMORPHIC}.polymorphic_function").Function
_BINDING: Any = importlib.import_module(f"{_POLYMORPHIC}.function_type_utils")


def install(recorder: Recorder) -> None:
    """Let every call of a function with a signature be held against it."""
    original = _FUNCTION.__call__

    def __call__(function: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        if _TF.config.functions_run_eagerly() and not recorder.quiet and not kwargs and function.input_signature:
            args = _fitting(recorder, function, args, frame)
        return original(function, *args, **kwargs)

    _FUNCTION.__call__ = __call__


def _fitting(recorder: Recorder, function: Any, args: Sequence[Any], frame: FrameType) -> tuple[Any, ...]:
    """Return arguments that fit a function's signature: zeros of the declared shape stand in for those that do not.

    Raises:
        TypeError: What TensorFlow says of arguments that do not fit, where the program itself handles it.
    """
    unfit = list(_unfit(recorder, function, args, frame))
    if not unfit:
        return tuple(args)
    fitting = list(args)
    try:
        _BINDING.canonicalize_function_inputs(
            tuple(args), {}, function.function_type, getattr(function, "_default_values", None)
        )
    except TypeError as error:
        if is_handled(recorder.user, frame, error, REWORDING):
            raise
        contract = contract_of("feed")
        for place, call, conflict in unfit:
            recorder.failed(call, error, None, [conflict])
            for shape in (contract.output(call) if contract is not None else None) or ():
                fitting[place] = recorder.stand_in(shape, args[place])
    return tuple(fitting)


def _unfit(
    recorder: Recorder, function: Any, args: Sequence[Any], frame: FrameType
) -> Iterator[tuple[int, OpCall, Conflict]]:
    """Yield the arguments that do not have the shape they are declared with, each as a call and what it breaks."""
    contract, specs = contract_of("feed"), list(function.input_signature)
    names = list(inspect.signature(function.python_function).parameters)[-len(specs) :]
    if contract is None or len(names) != len(specs):
        return
    for place, (value, spec, name) in enumerate(zip(args, specs, names, strict=False)):
        known = getattr(getattr(spec, "shape", None), "rank", None) is not None
        if not known or recorder.arrays.kind_of(value) is None:
            continue
        shape = tuple(AnySize() if size is None else int(size) for size in spec.shape.as_list())
        declared = TensorRef(recorder.arrays.identity(), shape, str(spec.dtype.name), library="tensorflow")
        frames = recorder.user.frames(frame)
        site = CallSite.at(recorder.user.sources, frames[-1] if frames else None)
        node = site.argument("", place) if site is not None else None
        if site is not None and node is not None:
            frames = (*frames[:-1], replace(frames[-1], span=site.source.span(node)))
        operands = {"input": recorder.arrays.ref_of(value), "placeholder": declared}
        layer = LayerRef(name, "signature", {}, (), False)
        params = {"spelled": node is not None, "is_list": False}
        call = OpCall(-1, "feed", operands, params, frames=frames, layer=layer, spelled="feed")
        for conflict in contract.conflicts(call)[:1]:
            yield place, call, conflict
