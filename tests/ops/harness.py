"""Holds a contract against torch: what torch does with a call decides, on random shapes.

`hold(lambda: torch.matmul(a, b))` runs the call under a TorchFunctionMode, reads it as the frontend does, and compares:
torch refuses if and only if the contract finds conflicts; the shapes torch returns are those the contract says; axes
that are said to be handed through really have the size of the axis they are said to come from.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import PackedSequence
from torch.overrides import TorchFunctionMode

from axiswise.facts import AxisUse, OpCall, TensorRef
from axiswise.frontends.torch.vocabulary.reading import Reading, read_call, read_layer
from axiswise.ops.contract import KINDS, contract_of

examples = settings(max_examples=60, deadline=None, derandomize=True, database=None)

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, AssertionError, AttributeError)
RELATIONS = {"same", "product", "part", "sum", "window", "given", "unknown"}

sizes = st.integers(1, 4)


def shapes(lowest: int = 0, highest: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of `lowest` to `highest` axes."""
    return st.lists(sizes, min_size=lowest, max_size=highest).map(tuple)


@st.composite
def nearly(draw: st.DrawFn, shape: Sequence[int], ranks: bool = True) -> tuple[int, ...]:
    """The shape itself, mostly; else one axis of another size, or (`ranks`) one axis more or fewer."""
    result = list(shape)
    changes = ["none", "none", "none", "size", *(["drop", "add"] if ranks else [])]
    change = draw(st.sampled_from(changes))
    if change == "add":
        result.insert(draw(st.integers(0, len(result))), draw(sizes))
    elif result and change != "none":
        axis = draw(st.integers(0, len(result) - 1))
        if change == "drop":
            del result[axis]
        else:
            result[axis] = draw(st.integers(1, 6))
    return tuple(result)


def tensor(shape: Sequence[int], dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A real tensor of zeros."""
    return torch.zeros(tuple(shape), dtype=dtype)


def reference(value: torch.Tensor) -> TensorRef:
    strides = tuple(value.stride()) if value.layout == torch.strided else None
    name = str(value.dtype).removeprefix("torch.")
    return TensorRef(id(value), tuple(value.shape), name, str(value.device), strides=strides)


def call_of(reading: Reading, result: object = None) -> OpCall:
    """The call that a reading and torch's answer make."""
    operands = {role: reference(value) for role, value in reading.operands.items()}
    return OpCall(0, reading.op, operands, reading.params, tuple(map(reference, tensors(result))))


def tensors(result: object) -> Iterable[torch.Tensor]:
    """The tensors of a result in order; of a packed sequence only its data."""
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, PackedSequence):
        yield result.data
    elif isinstance(result, (list, tuple)):
        for part in result:
            yield from tensors(part)


class Watch(TorchFunctionMode):
    """Keeps the last call that the vocabulary has a word for; a call that raises is the last."""

    def __init__(self) -> None:
        super().__init__()
        self.call: OpCall | None = None
        self.unread = ""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        reading = read_call(func, args, kwargs)
        # References are taken before the call: an in-place operation changes what they describe.
        call = call_of(reading) if reading else None
        try:
            result = func(*args, **(kwargs or {}))
        except REFUSALS:
            self.call, self.unread = call, "" if reading else str(func)
            raise
        if call:
            call.outputs = tuple(map(reference, tensors(result)))
            self.call = call
        return result


def hold(run: Callable[[], Any], op: str = "") -> tuple[str, ...]:
    """Run a call and compare torch with the contract. Returns the kinds of conflict, for tests that ask for one."""
    watch, error = Watch(), None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with watch:
                run()
        except REFUSALS as refused:
            error = refused
    assert watch.call is not None, f"no reader for the call ({watch.unread or 'nothing was called'}): {error}"
    assert op in ("", watch.call.op)
    return compare(watch.call, error)


def hold_layer(module: torch.nn.Module, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """The same for a layer that is read as one call."""
    reading = read_layer(module, args, kwargs)
    assert reading is not None, f"no reader for {type(module).__name__}"
    error, result = None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = module(*args, **kwargs)
        except REFUSALS as refused:
            error = refused
    return compare(call_of(reading, result), error)


def described(call: OpCall) -> str:
    operands = ", ".join(f"{role}: {ref.dtype}{list(ref.shape)}" for role, ref in call.operands.items())
    return f"{call.op}({operands}; {dict(call.params)})"


def compare(call: OpCall, error: Exception | None) -> tuple[str, ...]:
    """Assert that the contract and torch agree on a call that ended in `error` (None: in the call's outputs)."""
    contract = contract_of(call.op)
    assert contract is not None, f"no contract for {call.op}"
    conflicts = contract.conflicts(call)
    kinds = tuple(conflict.kind for conflict in conflicts)
    assert set(kinds) <= set(KINDS), kinds
    for conflict in conflicts:
        for use in (conflict.left, conflict.right):
            _hold_use(call, use)
    output = contract.output(call)
    if error is not None:
        assert conflicts, f"torch refuses {described(call)}: {type(error).__name__}: {error}; the contract does not"
        return kinds
    assert not conflicts, f"torch accepts {described(call)}; the contract finds {conflicts}"
    seen = tuple(ref.shape for ref in call.outputs)
    assert output == seen, f"{described(call)} returns {seen}; the contract says {output}"
    for position, shape in enumerate(seen):
        for axis in range(len(shape)):
            _hold_source(call, position, axis)
    return kinds


def _hold_use(call: OpCall, use: AxisUse | None) -> None:
    if use is None:
        return
    assert use.operand in call.operands or (not use.operand and use.param), use
    if use.operand and use.axis >= 0 and not use.factors:
        assert call.operands[use.operand].shape[use.axis] == use.size, (described(call), use)


def _hold_source(call: OpCall, output: int, axis: int) -> None:
    contract = contract_of(call.op)
    assert contract is not None
    source, size = contract.source(call, output, axis), call.outputs[output].shape[axis]
    where = f"{described(call)}, axis {axis} of output {output}: {source}"
    assert source.relation in RELATIONS, where
    # A role or an axis that is not there fails here.
    made_of = [call.operands[role].shape[position] for role, position in source.axes]
    assert all(position >= 0 for _, position in source.axes), where
    if source.relation == "same":
        assert made_of == [size], where
    elif source.relation == "product":
        assert made_of, where
        assert source.params or math.prod(made_of) == size, where
    elif source.relation == "sum" and not source.params:
        assert sum(made_of) == size, where
    elif source.relation == "given":
        assert source.params, where
