"""What was seen while the program ran: places, tensors, calls, conflicts.

Everything here is a plain value without framework and without prose. Frontends write these facts, `ops` reads them,
rules turn them into words. Sizes are counted in elements; lines count from 1 and columns from 0, in characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from axiswise.origin import Origin, Span

__all__ = [
    "AxisSource",
    "AxisUse",
    "Conflict",
    "Failure",
    "Frame",
    "LayerRef",
    "OpCall",
    "Origin",
    "Shape",
    "Span",
    "TensorRef",
    "Trace",
    "is_series",
]

Shape = tuple[int, ...]

TENSOR_CLASSES = frozenset({"Tensor", "ndarray", "KerasTensor", "Array"})
"""What frameworks call the class of their tensors."""


def is_series(value: object) -> TypeGuard[Sequence[Any]]:
    """Return whether a parameter is a tuple or a list: a shape, a list of axes, a number for each axis."""
    return isinstance(value, (tuple, list))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the user's own code on the way to a call.

    Attributes:
        span: The expression being evaluated there.
        function: Name of the function the frame runs.
        sizes: Whole numbers that names of the frame hold (`hidden`, `self.heads`), for fixes that speak in names.
    """

    span: Span
    function: str
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class LayerRef:
    """The layer a call belongs to.

    Attributes:
        path: Where it hangs in the model (`encoder.layers.3.attn`), as the user would write it.
        kind: Its class (`Linear`, `MultiheadAttention`).
        settings: Constructor arguments by name; sizes among them still know their origin.
        built: The user's frames that constructed it, the constructor call last; empty where no source is at hand.
        direct: True where the user's own line calls it, False inside a container or another library layer.
        inside: Its path from the module that the user's own line calls; empty where that is itself.
        called: True where the user's own line calls a layer, this one or one around it; False where it only builds it.
    """

    path: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    built: tuple[Frame, ...] = ()
    direct: bool = True
    inside: str = ""
    called: bool = True


class Supposed(str):
    """The name of an axis that nobody gave it: good for telling axes apart, and no ground for a finding."""


@dataclass(frozen=True, slots=True)
class TensorRef:
    """A tensor as an operand: which one, and how it looked at that moment.

    Attributes:
        id: Identity within the trace. Two operands with one id are one tensor. -1: not in the trace (pasted text).
        shape: Sizes, axis 0 first.
        dtype: `float32`, `int64`, ... ; empty when unknown.
        device: `cpu`, `cuda:0`, ... ; empty when unknown.
        parameter: Name within its layer (`weight`) when it is a parameter, else empty.
        axes: Names of axes by position, as far as the user's code gives them (`B, T, C = x.shape`), or `Supposed`.
        strides: Strides in elements, where known.
        library: Package that the tensor's class is from (`torch`, `numpy`, `keras`); empty when unknown.
    """

    id: int
    shape: Shape
    dtype: str = ""
    device: str = ""
    parameter: str = ""
    axes: Mapping[int, str] = field(default_factory=dict[int, str])
    strides: tuple[int, ...] | None = None
    library: str = ""

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(slots=True)
class OpCall:
    """One operation, in the field's word for it, whichever framework ran it.

    Attributes:
        index: Position in the trace.
        op: Vocabulary word that `ops` knows (`linear`, `matmul`, `reshape`), or the framework's own name.
        operands: Tensors by role, in the order of the call (`input`, `weight`; lists as `tensors.0`, `tensors.1`).
        params: Everything else by name (`dim`, `shape`, `heads`); sizes still know their origin.
        outputs: What it returned; empty when it failed.
        frames: The user's frames on the way to it, outermost first. The last one is the user's own line.
        layer: The library layer it runs in, if any (`nn.Linear`, an attention of an installed package).
        within: The modules around it, outermost first: (path, class).
        spelled: The function as the framework calls it (`torch.bmm`, `Tensor.view`).
        saved: Sizes that were put in place after a failure, so that the program could go on.
    """

    index: int
    op: str
    operands: Mapping[str, TensorRef]
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: tuple[TensorRef, ...] = ()
    frames: tuple[Frame, ...] = ()
    layer: LayerRef | None = None
    within: tuple[tuple[str, str], ...] = ()
    spelled: str = ""
    saved: bool = False

    @property
    def is_method(self) -> bool:
        """Whether it is spelled as a method of its first operand: `torch.Tensor.view`, `ndarray.dot`."""
        return self.spelled.rpartition(".")[0].rpartition(".")[2] in TENSOR_CLASSES

    @property
    def site(self) -> Span | None:
        """The user's own expression that made the call."""
        return self.frames[-1].span if self.frames else None


@dataclass(frozen=True, slots=True)
class AxisUse:
    """One side of a disagreement: an axis of an operand, or a size that a parameter asks for.

    Attributes:
        operand: Role in the call, or empty when the size comes from a parameter.
        axis: Position from 0, or -1 when the whole tensor is meant (its number of elements).
        size: Elements along it.
        param: Name of the parameter that gave the size (`in_features`, `shape`), else empty.
        index: Place within the parameter when it is a sequence (`shape[1]`), else -1.
        factors: For a product of several axes (a flattened group), the axes that were multiplied.
    """

    operand: str
    axis: int
    size: int
    param: str = ""
    index: int = -1
    factors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One clause of an operation's contract that does not hold.

    Attributes:
        kind: Which clause; the closed list is in `axiswise.ops.contract.KINDS`.
        call: The call that breaks it.
        left: What was given: the data's side where there is one.
        right: What it has to agree with: the layer's, weight's or other operand's side; None for one-sided clauses.
        facts: Anything else a rule needs, by name (`allowed`, `lowest`, `highest`, `names`, `tensors`).
    """

    kind: str
    call: OpCall
    left: AxisUse | None = None
    right: AxisUse | None = None
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class AxisSource:
    """Where one axis of an output comes from, one step back.

    Attributes:
        relation: `same` (handed through), `product` (axes multiplied together), `part` (a share of one axis),
            `sum` (joined end to end), `window` (convolved, pooled, padded, resized), `given` (a parameter says so),
            `unknown`.
        axes: The operand axes it is made of: (role, axis).
        params: The parameters it is made of: (name, index or -1).
    """

    relation: str
    axes: tuple[tuple[str, int], ...] = ()
    params: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Failure:
    """An exception that a shape caused, or a mistake seen without one.

    Attributes:
        type: Class of the exception, as the user would see it; empty for a silent mistake.
        message: Its text; empty for a silent mistake.
        call: The call that failed, when it is known.
        frames: The user's frames, outermost first.
        conflicts: What the frontend read out of the message, where `ops` has nothing to compute it from.
    """

    type: str
    message: str
    call: OpCall | None = None
    frames: tuple[Frame, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@dataclass(slots=True)
class Trace:
    """A whole run: the calls in order, what failed, and what had to be assumed.

    Attributes:
        calls: Every recorded call.
        producers: Tensor id -> (index of the call that made it, which output).
        failures: What failed, in order.
        assumptions: Decisions taken about values that shapes do not give, in the user's terms.
    """

    calls: list[OpCall] = field(default_factory=list[OpCall])
    producers: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    failures: list[Failure] = field(default_factory=list[Failure])
    assumptions: list[str] = field(default_factory=list[str])

    def add(self, call: OpCall) -> None:
        """Append a call and remember which tensors it made."""
        call.index = len(self.calls)
        self.calls.append(call)
        for position, output in enumerate(call.outputs):
            self.producers.setdefault(output.id, (call.index, position))

    def same(self, tensor: int, other: int) -> None:
        """Remember that a tensor is made as another one is."""
        if other in self.producers:
            self.producers.setdefault(tensor, self.producers[other])

    def producer(self, tensor: int) -> tuple[OpCall, int] | None:
        """Return the call that made a tensor and which of its outputs it is, or None."""
        found = self.producers.get(tensor)
        return (self.calls[found[0]], found[1]) if found else None

    def following(self, earlier: Trace) -> Trace:
        """Return this run behind an earlier one: what was made there is known here. Its calls are renumbered."""
        shift = len(earlier.calls)
        for call in self.calls:
            call.index += shift
        made = {tensor: (index + shift, output) for tensor, (index, output) in self.producers.items()}
        return Trace([*earlier.calls, *self.calls], {**earlier.producers, **made}, self.failures, self.assumptions)
