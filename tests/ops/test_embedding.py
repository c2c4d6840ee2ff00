from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from axiswise.facts import OpCall, TensorRef
from axiswise.ops.contract import contract_of
from tests.ops.harness import examples, hold, nearly, shapes, sizes, tensor

types = st.sampled_from([torch.int64, torch.int64, torch.int32, torch.float32, torch.uint8])


@examples
@given(st.data())
def test_embedding(data: st.DataObject) -> None:
    weight = tensor(data.draw(nearly((data.draw(sizes), data.draw(sizes)))))
    hold(lambda: F.embedding(tensor(data.draw(shapes(0, 3)), data.draw(types)), weight), "embedding")


@examples
@given(st.data())
def test_bags(data: st.DataObject) -> None:
    weight = tensor(data.draw(nearly((data.draw(sizes), data.draw(sizes)))))
    shape = data.draw(shapes(1, 3))
    indices = tensor(shape, data.draw(types))
    offsets = tensor(data.draw(nearly((data.draw(sizes),))), data.draw(types)) if data.draw(st.booleans()) else None
    weights = tensor(data.draw(nearly(shape))) if data.draw(st.booleans()) else None
    options = {
        "mode": data.draw(st.sampled_from(["sum", "sum", "mean"])),
        "include_last_offset": offsets is not None and data.draw(st.booleans()),
    }
    hold(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=weights, **options), "embedding_bag")


@examples
@given(rows=sizes, highest=st.integers(-2, 6))
def test_known_indices(rows: int, highest: int) -> None:
    indices, weight = torch.tensor([[0, highest]]), tensor((rows, 3))
    try:
        F.embedding(indices, weight)
        refused = False
    except IndexError:
        refused = True
    operands = {"input": TensorRef(1, (1, 2), "int64"), "weight": TensorRef(2, (rows, 3), "float32")}
    call = OpCall(0, "embedding", operands, {"highest_index": max(0, highest), "lowest_index": min(0, highest)})
    contract = contract_of("embedding")
    assert contract is not None
    assert [conflict.kind for conflict in contract.conflicts(call)] == (["index-range"] if refused else [])
