"""Which axis a sequence layer has for its batch, and what is done along it as if it were the steps.

Source: torch's documentation of the recurrent, attention and Transformer layers: `(steps, batch, width)`, or
`(batch, steps, width)` with `batch_first`; the states of recurrent layers are `(layers, batch, width)` in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.ops.axes import position
from axiswise.ops.silent import LAYOUTS
from axiswise.silent.following import Met, Uses, handed

RECURRENT = frozenset({"rnn", "lstm", "gru"})
CONVOLUTIONS = {"conv1d": 3, "conv2d": 4, "conv3d": 5}
"""Axes of what a convolution is given, with the batch in front."""
KEEPING = frozenset(
    "linear layer_norm rms_norm dropout relu gelu silu tanh sigmoid add sub mul div contiguous clone float to "
    "transpose permute index cat masked_fill where".split()
)
"""What states go through and their axes stay."""
POOLING = frozenset({"mean", "sum", "amax", "max", "median", "logsumexp"})
LAID_OUT = frozenset({"zeros", "arange", "empty", "from-array"})


@dataclass(frozen=True, slots=True)
class Layout:
    """A layer of sequences: its input, and what it has each of the first two axes for."""

    call: OpCall
    role: str
    batch: int
    steps: int

    @classmethod
    def of(cls, call: OpCall) -> Layout | None:
        """Return the layout of a call; None where it is no such layer, or reads one step or one example."""
        if call.op not in LAYOUTS or call.params.get("packed") or not isinstance(call.params.get("batch_first"), bool):
            return None
        role = next(iter(call.operands), "")
        given = call.operands.get(role)
        if given is None or given.rank != 3 or 1 in given.shape[:2]:
            return None
        batch = 0 if call.params["batch_first"] else 1
        return cls(call, role, batch, 1 - batch)

    def batches(self) -> Iterator[tuple[TensorRef, int]]:
        """Yield what the layer gives, each with the axis of the batch in it."""
        for place, output in enumerate(self.call.outputs):
            if output.rank == 3 and (place == 0 or self.call.op in RECURRENT):
                yield output, self.batch if place == 0 else 1


def misread(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield what takes the batch for the steps: layers, what is taken of their results, positions added in front.

    Kinds and facts: `attention-layout` (`by`: the call that has the axis for its batch), `example-as-step` (`taken`:
    `first`, `last`, `joined`, or the pooling; `by`: the layer; `batch`, `steps`: the axes), `positions` (`by`, `batch`,
    `steps`).
    """
    for call in trace.calls:
        layout = Layout.of(call)
        if layout is None:
            continue
        yield from _contradicted(trace, layout)
        yield from _positioned(trace, layout)
        for output, batch in layout.batches():
            for met in uses.followed(output, KEEPING):
                taken = _taken(uses, layout, met, batch)
                if taken:
                    facts: dict[str, Any] = {"taken": taken, "by": call, "batch": layout.batch, "steps": layout.steps}
                    axis = next(own for own, place in met.axes.items() if place == batch)
                    size = met.call.operands[met.role].shape[axis]
                    yield Conflict("example-as-step", met.call, AxisUse(met.role, axis, size), facts=facts)


# -- results -----------------------------------------------------------------------------------------------------------
def _taken(uses: Uses, layout: Layout, met: Met, batch: int) -> str:
    """Return what a call takes of the batch in the place of steps; empty where it takes nothing, or may mean it."""
    call, left = met.call, _left_out(met)
    axis = next((own for own, place in met.axes.items() if place == batch), None)
    if axis == 1 and _is_joined(met):
        return "joined" if _is_judged(uses, call) else ""
    if left is None or axis is None or left[0] != axis or call.operands[met.role].rank != 3 or not call.outputs:
        return ""
    if left[1] == "last":
        return "last" if _is_judged(uses, call) or call.within else ""
    if left[1] == "first" and layout.call.op in RECURRENT:
        return ""
    return left[1] if _is_judged(uses, call) else ""


def _is_joined(met: Met) -> bool:
    """Return whether a call makes one axis of the second and the third, and leaves the first alone: `flatten(1)`."""
    call, shape = met.call, met.call.operands[met.role].shape
    is_joining = call.op in ("flatten", "reshape") and met.role == "input" and len(shape) == 3 and bool(call.outputs)
    return is_joining and call.outputs[0].shape == (shape[0], shape[1] * shape[2])


def _is_judged(uses: Uses, call: OpCall) -> bool:
    """Return whether what a call gives goes on to a layer with weights: it is what the model decides by."""
    return any(met.call.op == "linear" for met in uses.followed(call.outputs[0], KEEPING - {"linear"}))


def _left_out(met: Met) -> tuple[int, str] | None:
    """Return the axis of which a call takes one element or pools all, and which: `first`, `last`, or the pooling."""
    call, rank = met.call, met.call.operands[met.role].rank
    if met.role != "input":
        return None
    dim = call.params.get("dim")
    if call.op in POOLING:
        return (position(dim, rank), call.op) if isinstance(dim, int) and not call.params.get("keepdim") else None
    if call.op == "select" and isinstance(dim, int):
        return _at(position(dim, rank), call.params.get("index"), call.operands["input"])
    parts = call.params.get("index") if call.op == "index" else None
    if not is_series(parts) or any(isinstance(part, str) or part in (None, Ellipsis) for part in parts):
        return None
    picked = [axis for axis, part in enumerate(parts) if not isinstance(part, slice)]
    return _at(picked[0], parts[picked[0]], call.operands["input"]) if len(picked) == 1 else None


def _at(axis: int, index: object, ref: TensorRef) -> tuple[int, str] | None:
    if axis >= ref.rank or not isinstance(index, int):
        return None
    return (axis, "last") if index in (-1, ref.shape[axis] - 1) else (axis, "first") if index == 0 else None


# -- what was before ---------------------------------------------------------------------------------------------------
def _contradicted(trace: Trace, layout: Layout) -> Iterator[Conflict]:
    """Yield a layer that reads as steps what a layer before it had for its batch, or what was laid out as one."""
    for maker, axis in handed(trace, layout.call.operands[layout.role], layout.steps):
        if maker.op == "pad_sequence" and axis == int(not maker.params.get("batch_first")):
            yield Conflict("attention-layout", layout.call, facts={"by": maker, "steps": layout.steps})
            return
        if layout.batch == 0:
            continue
        earlier = Layout.of(maker)
        given = maker.operands.get("input")
        convolved = given is not None and CONVOLUTIONS.get(maker.op) == given.rank and axis == 0
        if convolved or (earlier is not None and earlier.batch == axis == layout.steps):
            yield Conflict("attention-layout", layout.call, facts={"by": maker})
            return


def _positioned(trace: Trace, layout: Layout) -> Iterator[Conflict]:
    """Yield what adds positions along the axis that a layer then has for its batch."""
    for maker, axis in handed(trace, layout.call.operands[layout.role], layout.batch):
        if maker.op != "add" or len(maker.operands) != 2:
            continue
        for role, ref in maker.operands.items():
            own = axis - maker.outputs[0].rank + ref.rank
            if own >= 0 and ref.shape[own] > 1 and _is_counted(trace, ref, own):
                facts = {"by": layout.call, "batch": layout.batch, "steps": layout.steps}
                yield Conflict("positions", maker, AxisUse(role, own, ref.shape[own]), facts=facts)
                return


def _is_counted(trace: Trace, ref: TensorRef, axis: int) -> bool:
    """Return whether a tensor holds a row for each position along an axis: 0, 1, 2, ..., or the head of a table."""
    for maker, at in handed(trace, ref, axis):
        if maker.op == "arange":
            return True
        if maker.op == "index":
            parts = maker.params.get("index")
            part: Any = parts[at] if is_series(parts) and at < len(parts) else None
            return (
                isinstance(part, slice)
                and cast("slice[Any, Any, Any]", part).stop is not None
                and _is_table(trace, maker.operands["input"])
            )
    return False


def _is_table(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor was there before any data: a parameter, or numbers that were laid out."""
    while (found := trace.producer(ref.id)) is not None:
        if found[0].op in LAID_OUT:
            return True
        if found[0].layer is not None or not found[0].operands:
            return False
        ref = next(iter(found[0].operands.values()))
    return True
