"""What is known of a tensor beside its shape: identity, device label, axis names, and small values.

Facts hang on the tensor object itself. On abstract runs every tensor lives on the CPU; where the program believes it to
be is a label, so that a machine without CUDA can follow a program with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

import torch
from torch.nn.utils.rnn import PackedSequence

from axiswise.facts import TensorRef, is_series

_ATTRIBUTE = "_axiswise_fact"
_ids = count(1)


@dataclass(slots=True)
class TensorFact:
    """Facts about one tensor.

    Attributes:
        id: Identity within the trace.
        device: Where the program put it.
        axes: Names of axes by position.
        value: Its real values, for small constants whose values are known.
        bounds: Smallest and largest value it may hold, where the program said so.
        parameter: Its name in its layer.
        counts: The mask whose true elements it counts.
    """

    id: int
    device: str = "cpu"
    axes: dict[int, str] = field(default_factory=dict[int, str])
    value: torch.Tensor | None = None
    bounds: tuple[int, int] | None = None
    parameter: str = ""
    counts: torch.Tensor | None = None

    def __deepcopy__(self, memo: object) -> TensorFact:
        return TensorFact(next(_ids), self.device, dict(self.axes), self.value, self.bounds, self.parameter)


def fact_of(tensor: torch.Tensor) -> TensorFact:
    """Return the facts of a tensor, begun if it has none."""
    found: TensorFact | None = vars(tensor).get(_ATTRIBUTE)
    if found is None:
        found = TensorFact(next(_ids))
        vars(tensor)[_ATTRIBUTE] = found
    return found


def has_fact(tensor: torch.Tensor) -> bool:
    """Return whether a tensor has been met before."""
    return _ATTRIBUTE in vars(tensor)


def renew(tensor: torch.Tensor, device: str | None = None) -> TensorFact:
    """Give a tensor a new identity: it now holds the result of another call."""
    old: TensorFact | None = vars(tensor).get(_ATTRIBUTE)
    new = TensorFact(next(_ids), device or (old.device if old else "cpu"))
    if old is not None:
        new.axes, new.parameter = dict(old.axes), old.parameter
    vars(tensor)[_ATTRIBUTE] = new
    return new


def ref_of(tensor: torch.Tensor) -> TensorRef:
    """Return a tensor as an operand."""
    fact = fact_of(tensor)
    strides: Any = None
    if tensor.layout == torch.strided:
        strides = tuple(tensor.stride())
    return TensorRef(
        fact.id,
        tuple(tensor.shape),
        str(tensor.dtype).removeprefix("torch."),
        fact.device,
        fact.parameter,
        fact.axes,
        strides,
    )


def tensors_in(value: Any) -> list[torch.Tensor]:
    """Return the tensors of nested arguments or results, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, PackedSequence):
        return [value.data]
    if isinstance(value, dict):
        return [tensor for item in cast("dict[Any, Any]", value).values() for tensor in tensors_in(item)]
    if is_series(value):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def edges_of(part: Any) -> tuple[Any, ...]:
    """Return a slice's start, stop and step; nothing for any other index."""
    if not isinstance(part, slice):
        return ()
    whole = cast("slice[Any, Any, Any]", part)
    return (whole.start, whole.stop, whole.step)
