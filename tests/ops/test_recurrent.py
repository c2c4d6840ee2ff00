from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

from tests.ops.harness import examples, hold_layer, nearly, shapes, sizes, tensor

flags = st.booleans()
dtypes = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float64])


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@examples
@given(st.data())
def test_layers(kind: type[nn.RNNBase], data: st.DataObject) -> None:
    width, hidden, layers = data.draw(sizes), data.draw(st.integers(2, 4)), data.draw(st.integers(1, 2))
    batch_first, both = data.draw(flags), data.draw(flags)
    projection = data.draw(st.sampled_from([0, 1])) if kind is nn.LSTM else 0
    options = {"proj_size": projection} if kind is nn.LSTM else {}
    layer = kind(width, hidden, layers, batch_first=batch_first, bidirectional=both, **options)
    batch, length = data.draw(shapes(0, 1)), data.draw(sizes)
    shape = (*batch, length, width) if batch_first else (length, *batch, width)
    given_input = tensor(data.draw(nearly(shape)), data.draw(dtypes))
    if data.draw(flags):
        hold_layer(layer, given_input)
        return
    h_0 = tensor(data.draw(nearly((layers * (1 + both), *batch, projection or hidden))), data.draw(dtypes))
    c_0 = tensor(data.draw(nearly((layers * (1 + both), *batch, hidden))))
    form = data.draw(st.sampled_from(["right", "right", "right", "other"]))
    pair = (kind is nn.LSTM) == (form == "right")
    hold_layer(layer, given_input, (h_0, c_0) if pair else h_0)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@examples
@given(st.data())
def test_packed(kind: type[nn.RNNBase], data: st.DataObject) -> None:
    width, hidden, batch = data.draw(sizes), data.draw(sizes), data.draw(sizes)
    layer = kind(width, hidden, batch_first=data.draw(flags))
    lengths = sorted((data.draw(sizes) for _ in range(batch)), reverse=True)
    features = data.draw(nearly((width,), ranks=False))
    # Sorted here: where torch sorts itself, it picks the states it needs and never sees that there are too many.
    packed = pack_sequence([tensor((length, *features)) for length in lengths])
    states = [tensor(data.draw(nearly((1, batch, hidden)))) for _ in range(2 if kind is nn.LSTM else 1)]
    # Without oneDNN, which takes packed data of any width and reads past its end.
    with torch.backends.mkldnn.flags(enabled=False):
        _hold_packed(layer, packed, states)


def _hold_packed(layer: nn.RNNBase, packed: PackedSequence, states: list[torch.Tensor]) -> None:
    hold_layer(layer, packed)
    # torch 2.13 never compares c_0 here: what is too large is ignored, what is too small crashes the process.
    states[1:] = [tensor((1, int(packed.batch_sizes[0]), layer.hidden_size)) for _ in states[1:]]
    if states[0].dim() == 3 and len(states[0]) == 1:
        hold_layer(layer, packed, tuple(states) if isinstance(layer, nn.LSTM) else states[0])


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
@examples
@given(st.data())
def test_cells(kind: type[nn.RNNCellBase], data: st.DataObject) -> None:
    width, hidden, batch = data.draw(sizes), data.draw(sizes), data.draw(shapes(0, 1))
    cell = kind(width, hidden)
    given_input = tensor(data.draw(nearly((*batch, width))), data.draw(dtypes))
    if data.draw(flags):
        hold_layer(cell, given_input)
        return
    states = [tensor(data.draw(nearly((*batch, hidden)))) for _ in range(2 if kind is nn.LSTMCell else 1)]
    hold_layer(cell, given_input, tuple(states) if kind is nn.LSTMCell else states[0])


def test_what_a_layer_names() -> None:
    layer = nn.LSTM(8, 16, batch_first=True)
    x = tensor((3, 5, 8))
    assert hold_layer(layer, tensor((3, 5, 7))) == ("features",)
    assert hold_layer(layer, layer(x)) == ("tuple",)
    assert hold_layer(nn.GRU(8, 16), x, layer(x)[1]) == ("tuple",)
    assert hold_layer(layer, x, (tensor((1, 5, 16)), tensor((1, 5, 16)))) == ("state", "state")
    assert hold_layer(layer, x, tensor((1, 3, 16))) == ("state",)
    packed = pack_padded_sequence(tensor((3, 5, 7)), torch.tensor([5, 4, 2]), batch_first=True)
    assert hold_layer(layer, packed) == ("features",)
