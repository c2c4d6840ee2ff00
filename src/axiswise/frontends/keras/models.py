"""Models that declare their inputs, and the data they are called with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import keras
from keras.src import tree  # type: ignore[import-untyped]

from axiswise.facts import Frame, LayerRef, OpCall, Shape, is_series
from axiswise.frontends.construction import built_by
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.batches import Batches
from axiswise.frontends.keras.symbolic import call_of, stand_ins
from axiswise.ops.contract import contract_of
from axiswise.ops.model import SHAPES
from axiswise.origin import AnySize
from axiswise.source.guessing import STANDING

_KERAS: Any = cast("Any", keras)
_TREE: Any = cast("Any", tree)


def install(recorder: Recorder, layer_of: Callable[[Any], LayerRef], batches: Batches) -> None:
    """Write down the declaration of every input; one that its first batch declares is that batch."""
    kind = _KERAS.layers.InputLayer
    begin = kind.__init__

    def __init__(layer: Any, *args: Any, **kwargs: Any) -> None:
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        begin(layer, *args, **kwargs)
        # A first layer may declare the input in its own constructor: the model then makes the InputLayer.
        first: Any = frame.f_locals.get("layer")
        declaring = first if getattr(first, "_input_shape_arg", None) is not None else layer
        ref = layer_of(declaring)
        if declaring is first:
            ref = replace(ref, settings={**ref.settings, "input_shape": first._input_shape_arg})
        shapes = {name: value for name, value in ref.settings.items() if name in SHAPES and is_series(value)}
        model = frame.f_locals.get("self")
        if declaring is layer and batches.is_running(model):
            batches.arrived(model, (layer.output,), frame)
        elif shapes and not recorder.quiet:
            frames = ref.built or built_by(layer, frame, recorder.user).frames
            call = OpCall(-1, "declare", {}, shapes, (recorder.arrays.ref_of(layer.output),), frames, ref)
            recorder.trace.add(call)

    kind.__init__ = __init__


def _functional(layer: Any) -> Any:
    if isinstance(layer, _KERAS.Sequential):
        return layer._functional
    return layer if type(layer).__name__ == "Functional" and isinstance(layer, _KERAS.Model) else None


def declares(layer: Any) -> bool:
    """Return whether a layer is a model with declared inputs."""
    return _functional(layer) is not None


def read(
    recorder: Recorder, model: Any, args: Sequence[Any], kwargs: dict[str, Any], stream: str = ""
) -> Reading | None:
    """Read a model's call; None where its data are others in number than its inputs.

    `stream` says what its running loop takes batches from, where that is no array.
    """
    given = args[0] if args else kwargs.get("inputs")
    data, declared = list(recorder.arrays.among(given)), _functional(model).inputs
    if len(data) != len(declared):
        return None
    roles = ["input"] if len(data) == 1 else [f"inputs.{place}" for place in range(len(data))]
    operands = dict(zip(roles, data, strict=True))
    whole = {role: shape for role, each in operands.items() if (shape := _whole(recorder, each)) is not None}
    wanted = {f"declared.{place}": each for place, each in enumerate(declared)}
    return Reading("model", {**operands, **wanted}, {"whole": whole, "stream": stream})


def passed_on(recorder: Recorder, model: Any, result: Any) -> Any:
    """Return what a model gives for symbolic data; where it was made is where its own outputs were."""
    own = list(recorder.arrays.among(_functional(model).outputs))
    given = [each for each in recorder.arrays.among(result) if isinstance(each, _KERAS.KerasTensor)]
    for each, output in zip(given, own, strict=False):
        recorder.trace.same(recorder.arrays.fact_of(each).id, recorder.arrays.fact_of(output).id)
    return result


def _whole(recorder: Recorder, batch: Any) -> Shape | None:
    """Return the shape of the array that a batch was cut from, or None where it was cut from none."""
    found = recorder.trace.producer(recorder.arrays.fact_of(batch).id)
    if found is None or found[0].op != "load-batch":
        return None
    return list(found[0].operands.values())[found[1]].shape


def refuses(recorder: Recorder, reading: Reading) -> bool:
    """Return whether a model's data are not what it was declared for.

    What its first data declared is only spoken of where one sample is given without its batch.
    """
    contract, declared = contract_of("model"), reading.operands["declared.0"]
    made = recorder.trace.producer(recorder.arrays.fact_of(declared).id)
    is_told = made is not None and made[0].op == "declare"
    conflicts = contract.conflicts(call_of(recorder, reading)) if contract is not None else []
    return bool(conflicts) and (is_told or all("missing" in each.facts for each in conflicts))


def declared_like(recorder: Recorder, model: Any, reading: Reading, frames: tuple[Frame, ...]) -> Any:
    """Return inputs of the shapes that a model declares, as many samples as its data have, if they have a batch."""
    contract = contract_of("model")
    found = contract.conflicts(call_of(recorder, reading)) if contract is not None else []
    sides = [each.left.axis for each in found if each.left is not None]
    axes = frozenset(sides) if min(sides, default=-1) >= 0 else None
    data = [value for role, value in reading.operands.items() if not role.startswith("declared.")]

    def made(declared: Any) -> Any:
        like = next(each for each, known in zip(data, _functional(model).inputs, strict=True) if known is declared)
        lengths = recorder.arrays.shape_of(like)
        batch = lengths[0] if len(lengths) and lengths != tuple(declared.shape[1:]) else 1
        symbolic = isinstance(like, _KERAS.KerasTensor)
        known = lengths[1:] if len(lengths) == len(declared.shape) else declared.shape[1:]
        sizes = (ours if each is None else each for ours, each in zip(known, declared.shape[1:], strict=True))
        open_to = None if symbolic else 1
        shape = (
            None if symbolic else int(batch),
            *(open_to if size is None or isinstance(size, AnySize) else int(size) for size in sizes),
        )
        stand_in = stand_ins([shape], str(declared.dtype), [like])[0]
        output = (recorder.arrays.ref_of(stand_in),)
        recorder.trace.add(OpCall(-1, STANDING, {}, {"axes": axes}, output, frames, saved=True))
        return stand_in

    return _TREE.map_structure(made, _functional(model)._inputs_struct)
