"""Writing at places, and taking from a flat tensor, held against torch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from axiswise.frontends.torch.vocabulary.reading import read_call
from axiswise.ops.contract import contract_of
from tests.ops.harness import call_of, examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
whole = st.sampled_from([torch.int64, torch.int64, torch.int64, torch.int32, torch.float32])


@pytest.mark.parametrize("name", ["index_add", "index_copy"])
@examples
@given(shapes(1, 3), st.integers(-3, 2), st.data())
def test_slices(name: str, shape: Shape, dim: int, data: st.DataObject) -> None:
    axis = dim % len(shape)
    index = data.draw(nearly((data.draw(st.integers(1, 3)),)))
    wanted = (*shape[:axis], *(index[:1] or (1,)), *shape[axis + 1 :])
    source = tensor(data.draw(nearly(wanted)), data.draw(st.sampled_from([torch.float32] * 3 + [torch.float64])))
    places = tensor(index, data.draw(whole))
    hold(lambda: getattr(tensor(shape), name)(dim, places, source), name)
    hold(lambda: getattr(tensor(shape), f"{name}_")(dim, places, source), name)


@examples
@given(shapes(1, 3), st.integers(-3, 3), st.data())
def test_fill_and_take(shape: Shape, dim: int, data: st.DataObject) -> None:
    index = tensor(data.draw(shapes(0, 2)), data.draw(whole))
    hold(lambda: tensor(shape).index_fill(dim, index, 1.0), "index_fill")
    hold(lambda: torch.take(tensor(shape), index), "take")


@examples
@given(shapes(1, 3), st.data())
def test_put(shape: Shape, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(shape)))
    indices = tuple(tensor(data.draw(nearly((2,))), torch.int64) for _ in range(count))
    value = tensor(data.draw(nearly((2, *shape[count:]))))
    hold(lambda: tensor(shape).index_put_(indices, value), "index_put")
    hold(lambda: tensor(shape).index_put(indices, value), "index_put")


@examples
@given(shapes(0, 3), st.data())
def test_masked_scatter(shape: Shape, data: st.DataObject) -> None:
    mask = tensor(data.draw(nearly(shape[data.draw(st.integers(0, len(shape))) :])), torch.bool)
    hold(lambda: tensor(shape).masked_scatter(mask, tensor((99,))), "masked_scatter")
    hold(lambda: tensor(shape).masked_scatter_(mask, tensor((99,))), "masked_scatter")


def test_known_extremes() -> None:
    def kinds(func: object, *args: object, lowest: int, highest: int) -> list[str]:
        reading = read_call(func, args)
        assert reading is not None
        reading.params.update(lowest_index=lowest, highest_index=highest)
        contract = contract_of(reading.op)
        assert contract is not None
        return [conflict.kind for conflict in contract.conflicts(call_of(reading))]

    index = tensor((2,), torch.int64)
    assert kinds(torch.Tensor.__getitem__, tensor((4, 3)), index, lowest=-4, highest=3) == []
    assert kinds(torch.Tensor.__getitem__, tensor((4, 3)), index, lowest=-5, highest=3) == ["index-range"]
    assert kinds(torch.index_select, tensor((4, 3)), 1, index, lowest=0, highest=3) == ["index-range"]
    assert kinds(torch.index_select, tensor((4, 3)), 1, index, lowest=-1, highest=2) == ["index-range"]
    assert kinds(torch.take, tensor((4, 3)), index, lowest=0, highest=12) == ["index-range"]
    assert kinds(torch.take, tensor((4, 3)), index, lowest=0, highest=11) == []
