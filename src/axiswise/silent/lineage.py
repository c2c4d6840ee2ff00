"""What each axis of each tensor is made of: which axes of the run's beginning, in which order, whole or in parts."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from axiswise.algebra.grouping import groups
from axiswise.facts import AxisSource, OpCall, TensorRef, Trace
from axiswise.ops.contract import contract_of
from axiswise.silent.claims import Claim, asked_of, displaced
from axiswise.silent.factors import Axis, Factor, dealt, fresh, fused

if TYPE_CHECKING:
    from axiswise.silent.following import Uses

REGROUPING = frozenset({"reshape", "flatten", "unflatten", "reshape_samples"})
"""Operations that keep the order of the elements."""
SLICING = frozenset({"index", "narrow"})
ALIGNED = frozenset({"add", "sub", "mul", "div", "true_divide", "where", "masked_fill"})
"""Element by element: axes stand in the same places, counted from the last."""
KEEPING_ROWS = REGROUPING | SLICING | {"contiguous", "transpose", "permute"}
"""Operations that leave rows askew that a border was put to."""
DRAWN = frozenset("rand randn randint rand_like randn_like tensor as_tensor from_numpy asarray normal".split())
"""Operations that stand for data."""


class Lineage:
    """What the axes of a run's tensors are made of.

    Attributes:
        displaced: Of the reshapes that call an axis what it does not hold, by the call's index: those axes.
    """

    def __init__(self, trace: Trace, uses: Uses) -> None:
        self._trace = trace
        self._known: dict[int, tuple[Axis, ...]] = {}
        self._parameters: set[int] = set()
        self.displaced: dict[int, list[Claim]] = {}
        self._uses = uses
        self._shifted: set[int] = set()
        for call in trace.calls:
            self._parameters |= {ref.id for ref in call.operands.values() if ref.parameter}
            for position, output in enumerate(call.outputs):
                if output.id not in self._known:
                    self._known[output.id] = self._made(call, position)

    def of(self, ref: TensorRef) -> tuple[Axis, ...]:
        """Return what each axis of a tensor is made of."""
        found = self._known.get(ref.id)
        if found is None or len(found) != ref.rank:
            found = self._known[ref.id] = tuple(fresh(ref, axis) for axis in range(ref.rank))
        return found

    def axis(self, tensor: int, axis: int) -> Axis | None:
        """Return what one axis of a tensor is made of, or None where the tensor was not met."""
        found = self._known.get(tensor)
        return found[axis] if found is not None and axis < len(found) else None

    def is_data(self, axis: Axis) -> bool:
        """Return whether an axis is one that data came with: of no layer's making, and no parameter's."""
        makers = [(root, self._trace.producer(root)) for root in (factor.root[0] for factor in axis)]
        return bool(makers) and all(
            root not in self._parameters if found is None else found[0].op in DRAWN for root, found in makers
        )

    def is_feature(self, factor: Factor) -> bool:
        """Return whether a digit is of an axis of a layer's weight."""
        return factor.root[0] in self._parameters

    def _made(self, call: OpCall, position: int) -> tuple[Axis, ...]:
        ref = call.outputs[position]
        data = call.operands.get("input")
        if _is_widening(call) or (call.op in KEEPING_ROWS and data is not None and data.id in self._shifted):
            self._shifted.add(ref.id)
        if call.op in REGROUPING and data is not None:
            return self._regrouped(call, data, ref)
        contract = contract_of(call.op)
        if contract is None or not call.operands:
            return tuple(fresh(ref, axis) for axis in range(ref.rank))
        return tuple(self._from(call, ref, axis, contract.source(call, position, axis)) for axis in range(ref.rank))

    def _from(self, call: OpCall, ref: TensorRef, axis: int, source: AxisSource) -> Axis:
        if call.params.get("packed") and ref.rank == 3 and axis == 1:  # states: their examples are what rows end with
            rows = self.of(call.operands["input"])[0]
            return rows[-1:] if rows and rows[-1].size == ref.shape[1] else fresh(ref, axis)
        if source.relation == "given" and "weight" in call.operands:
            return _of_weight(call.operands["weight"], ref, axis)
        alike = ("same", "product", "window")  # a window that keeps the size keeps the places
        if source.relation not in alike or not source.axes:
            return fresh(ref, axis)
        heads = call.operands.get("right")
        if (
            call.op == "matmul"
            and heads is not None
            and 2 < heads.rank == ref.rank > axis + 2
            and heads.shape[axis] > 1
        ):
            return self.of(heads)[axis]  # the values', whose width stands beside it
        factors: list[Factor] = []
        for role, place in source.axes:
            operand = call.operands.get(role)
            if operand is None or place >= operand.rank:
                return fresh(ref, axis)
            if operand.shape[place] == 1 and call.op in ALIGNED:
                factors += self._beside(call, ref, axis)
            else:
                factors += self.of(operand)[place]
        made = fused(factors)
        return made if prod(factor.size for factor in made) == ref.shape[axis] else fresh(ref, axis)

    def _beside(self, call: OpCall, ref: TensorRef, axis: int) -> Axis:
        """Return what an axis is made of that the first operand has one element of: another operand's."""
        for operand in call.operands.values():
            place = axis - ref.rank + operand.rank
            if place >= 0 and operand.shape[place] == ref.shape[axis]:
                return self.of(operand)[place]
        return fresh(ref, axis)

    def _was_made(self, ref: TensorRef) -> bool:
        """Return whether a tensor's axes mean something: not where numbers are drawn for a show, or weights of a layer.

        Nor of a model's input as it comes whose layout was only supposed: a reshape of it tells that it is another.
        """
        found = self._trace.producer(ref.id)
        if found is None or found[0].op in DRAWN or found[0].params.get("supposed"):
            return False
        return not {factor.root[0] for own in self.of(ref) for factor in own} <= self._parameters

    def _is_cut_back(self, ref: TensorRef) -> bool:
        """Return whether rows are put askew to be cut and put straight again: positions relative to one another."""
        parts = [call for call, _ in self._uses.of(ref.id)]
        further = [call for part in parts for output in part.outputs for call, _ in self._uses.of(output.id)]
        return (
            bool(further)
            and all(call.op in SLICING for call in parts)
            and all(call.op in REGROUPING for call in further)
        )

    def _regrouped(self, call: OpCall, data: TensorRef, ref: TensorRef) -> tuple[Axis, ...]:
        before = self.of(data)
        found = [fresh(ref, axis) for axis in range(ref.rank)]
        for group in groups(data.shape, ref.shape):
            factors = [factor for axis in group.inputs for factor in before[axis]]
            held = dealt(factors, [ref.shape[axis] for axis in group.outputs])
            for axis, own in zip(group.outputs, held or (), strict=False):
                found[axis] = own
        if call.op in ("reshape", "reshape_samples") and not call.saved:
            claims = displaced(before, data.shape, ref.shape, asked_of(call), self.axis)
            if claims and (data.id in self._shifted or self._is_cut_back(ref)):
                self._shifted.add(ref.id)  # until it is cut back, its rows are meant to be askew
                return tuple(fresh(ref, axis) for axis in range(ref.rank))
            claims = [claim for claim in claims if claim.unit or claim.is_part or self._was_made(data)]
            if claims:
                self.displaced[call.index] = claims
            for claim in claims:
                if claim.unit:
                    found[claim.axis] = claim.unit  # what follows takes the program at its word
        return tuple(found)


def _of_weight(weight: TensorRef, ref: TensorRef, axis: int) -> Axis:
    """Return the axis of a layer's weight that its features are of: the same in each call of the layer."""
    if ref.shape[axis] in weight.shape and ref.shape[axis] != 1:
        return (Factor((weight.id, weight.shape.index(ref.shape[axis])), 1, ref.shape[axis]),)
    return fresh(ref, axis)


def _is_widening(call: OpCall) -> bool:
    """Return whether a call adds a border: a reshape behind it shifts rows on purpose, each by one more."""
    if call.op != "cat":
        return call.op == "pad"
    shapes = [ref.shape for ref in call.operands.values()]
    return any(size == 1 != other for shape in shapes for size, other in zip(shape, shapes[-1], strict=False))
