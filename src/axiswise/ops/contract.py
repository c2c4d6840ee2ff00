"""What an operation promises about axes, and the words for the ways a promise breaks.

A family module (`ops/matmul.py`, ...) holds `CONTRACTS: dict[str, Contract]`, one entry for each word of the op
vocabulary it speaks for, and may hold `NEEDED`, the roles without which none of them can be read. `contract_of` finds
them by walking the package. Contracts only explain and follow axes: whether a call is legal is the framework's answer,
and property tests hold the contracts against it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from axiswise.facts import AxisSource, Conflict, OpCall, Shape

KINDS: dict[str, str] = {
    "contraction": "two axes that are multiplied and summed over differ",
    "batch": "two batch axes that have to be equal differ",
    "broadcast": "two axes that have to be equal or 1 differ",
    "inplace": "an in-place operation would have to grow its target",
    "rank": "an operand has a number of axes that the operation does not take (facts: allowed)",
    "numel": "a reshape to another number of elements",
    "stride": "a view over axes that do not lie together in memory",
    "expand": "an expand of an axis that is not 1",
    "join": "two joined tensors differ off the joined axis",
    "stack": "two stacked tensors differ",
    "split": "split sizes do not add up, or an axis is not divisible",
    "permutation": "a permutation names another number of axes than there are, or one twice",
    "axis-range": "an axis number that the tensor does not have (facts: lowest, highest)",
    "index-range": "an index beyond the axis it indexes (facts: length)",
    "index-shape": "an index or mask whose shape does not fit what it indexes",
    "unpack": "as many names as axes, or parts, were expected (facts: names, found, axis, share)",
    "channels": "a convolution's channels differ from its input's",
    "groups": "channels are not divisible by the groups",
    "window": "a kernel is larger than its input, or an output axis would be empty",
    "features": "a normalisation or recurrent layer was built for another width",
    "samples": "a batch statistic over a single value",
    "embedding": "an attention layer was built for another width",
    "heads": "a width is not divisible by the number of heads",
    "mask": "an attention or padding mask of another shape than its scores",
    "attention-batch": "query, key and value disagree on batch or length",
    "attention-layout": "a layer without batch_first may be given the batch first; nothing fails",
    "state": "a recurrent state of another shape than layers, batch and width ask for",
    "target": "predictions and targets of a loss differ where they have to be equal",
    "target-rank": "a loss's targets have another number of axes than it takes",
    "feed": "a value is fed to a placeholder of another shape",
    "einsum": "one letter stands for two sizes, or letters and axes differ in number",
    "pattern": "an einops pattern does not fit its tensor",
    "square": "the last two axes of a matrix have to be equal and differ",
    "length": "an axis has another length than the operation always asks of it",
    "scrambled": "a reshape calls an axis by another's size; nothing fails (facts: axis, claimed, mixed, part, turns)",
    "softmax-axis": "a softmax is along another axis than its weights are used over; nothing fails (facts: used, by)",
    "paired": "a column meets a row, and each is paired with each; nothing fails",
    "loss-input": "a loss is given what it makes itself; nothing fails (facts: made)",
    "mask-polarity": "a mask hides what it should show; nothing fails (facts: fault, row, made, valid)",
    "attention-order": "attention by hand is put together in the wrong order; nothing fails (facts: fault, at, whole)",
    "example-as-step": "an example is taken where a step was meant; nothing fails (facts: taken, by, batch, steps)",
    "positions": "positions are added along the axis of the batch; nothing fails (facts: by, batch, steps)",
    "class-axis": "a loss takes another axis for the classes; nothing fails (facts: classes)",
    "padding-class": "a loss counts padding as a class; nothing fails (facts: padding, ignored, made)",
    "padded-steps": "steps of padding are read like any other; nothing fails (facts: fault, by, role)",
    "norm-axis": "vectors are scaled along another axis than their features; nothing fails (facts: fault, features)",
    "reduction-axis": "a reduction is over another axis than it goes with; nothing fails (facts: fault, by, axes)",
    "repeated-term": "a sum has one term twice, where its other side was meant; nothing fails (facts: fault, term)",
    "visible-target": "what a loss asks for stands in what is seen; nothing fails (facts: loss, steps, mask, given)",
    "unread-state": "of a recurrent layer's states the last are never read; nothing fails (facts: by, layers, whole)",
    "row-order": "rows of a loss that were flattened in two orders; nothing fails (facts: ours, theirs, made, role)",
    "batch-statistics": "a mean and a deviation of the batch that a model standardises by; nothing fails",
    "memory-padding": "a decoder that is given no mask for its memory, whose encoder had one; nothing fails",
    "unread-mask": "attention that hides nothing, where a mask may have been given; nothing fails",
    "squeeze": "a squeeze of every axis takes a batch of one as well; nothing fails (facts: axes)",
    "dropout-mode": "dropout that may not know the mode of its module; nothing fails (facts: way)",
    "key-value": "an attention's keys and values are of different sequences; nothing fails",
    "frozen": "a reshape or an expand is told the batch as a number of its own; nothing fails",
    "annotation": "a value contradicts the annotation of its shape (facts: name, function, dims, dim, wanted, found)",
    "declared": "a model is given data of another shape than it was declared for (facts: missing, extra)",
    "weights": "a stored parameter has another shape than the model's",
    "scalar": "a value or a gradient was asked of a tensor with several elements",
    "tuple": "a layer's tuple of results was used as if it were a tensor",
    "dtype": "an operand's element type is not one the operation takes (facts: wanted, found)",
    "device": "operands live on different devices (facts: devices)",
    "batch-mixing": "an example's output moves with another example (facts: changed, moved, amount, own, seed, axis)",
    "batch-order": "an example's output depends on its place in the batch (facts: as above)",
    "causality": "an earlier output moves with a later step (facts: as above, why)",
    "padding-leak": "a valid output moves with padding (facts: as above, told)",
    "other": "the framework refused the shapes in words that no contract covers",
}
"""Every kind of conflict there is. Rules name the kinds they speak for; a test checks that each is spoken for."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract of one operation.

    Attributes:
        conflicts: The clauses that a call breaks, the one the framework would name first first. Empty when it is legal.
        output: The shapes that a call returns; for a broken call, those that it would have returned had the conflicting
            sizes agreed with what the layer, the weight or the request says. None when that cannot be said.
        source: Where an axis of an output comes from: (call, which output, which axis).
    """

    conflicts: Callable[[OpCall], list[Conflict]]
    output: Callable[[OpCall], tuple[Shape, ...] | None]
    source: Callable[[OpCall, int, int], AxisSource]


def requiring(contract: Contract, *roles: str) -> Contract:
    """Return a contract that also says which operand is missing: something else than one tensor was given for it."""

    def missing(call: OpCall) -> str | None:
        return next((role for role in roles if role not in call.operands), None)

    def conflicts(call: OpCall) -> list[Conflict]:
        role = missing(call)
        if role is None:
            return contract.conflicts(call)
        results = isinstance(call.params.get(role), tuple) or any(each.startswith(f"{role}.") for each in call.operands)
        facts = {"argument": role, "position": roles.index(role)}
        return [Conflict("tuple" if results else "other", call, facts=facts)]

    def output(call: OpCall) -> tuple[Shape, ...] | None:
        return contract.output(call) if missing(call) is None else None

    def source(call: OpCall, output: int, axis: int) -> AxisSource:
        return contract.source(call, output, axis) if missing(call) is None else UNKNOWN

    return Contract(conflicts, output, source)


def of_settings(contract: Contract) -> Contract:
    """Return a contract that says nothing of a call that was given a tensor where it reads a setting."""

    def reading(said: Callable[..., Any], otherwise: Callable[[], Any]) -> Callable[..., Any]:
        def read(call: OpCall, *place: int) -> Any:
            try:
                return said(call, *place)
            except KeyError as error:
                if error.args[0] not in call.operands:
                    raise
                return otherwise()

        return read

    return Contract(
        reading(contract.conflicts, list),
        reading(contract.output, lambda: None),
        reading(contract.source, lambda: UNKNOWN),
    )


UNKNOWN = AxisSource("unknown")


@cache
def contracts() -> dict[str, Contract]:
    """Return every contract by its op word, from all family modules of the package."""
    found: dict[str, Contract] = {}
    package = importlib.import_module("axiswise.ops")
    for module in pkgutil.iter_modules(package.__path__):
        family = importlib.import_module(f"axiswise.ops.{module.name}")
        needed = getattr(family, "NEEDED", ())
        for word, contract in getattr(family, "CONTRACTS", {}).items():
            if word in found:
                raise ValueError(f"two families speak for {word!r}")
            found[word] = of_settings(requiring(contract, *needed) if needed else contract)
    return found


def contract_of(op: str) -> Contract | None:
    """Return the contract of an op word, or None where no family speaks for it."""
    return contracts().get(op)


def shape_of(call: OpCall, role: str) -> Shape | None:
    """Return an operand's shape, or None where the call has no such operand."""
    operand = call.operands.get(role)
    return operand.shape if operand is not None else None


def same(role: str, axis: int) -> AxisSource:
    """Return the source of an axis that is handed through."""
    return AxisSource("same", axes=((role, axis),))


def given(name: str, index: int = -1) -> AxisSource:
    """Return the source of an axis whose size a parameter gives."""
    return AxisSource("given", params=((name, index),))
