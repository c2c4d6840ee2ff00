"""Recurrent layers: nn.RNN, nn.LSTM, nn.GRU and their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from axiswise.frontends.torch.vocabulary.reading import LayerReader, Reading, bind


def _file(reading: Reading, weight: torch.Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """File the input and the states; None where the states are given in no form that torch documents."""
    bound = bind("input, hx?", args, kwargs)
    if bound is None:
        return None
    given, states = bound["input"], bound.get("hx")
    if isinstance(given, PackedSequence):
        reading.operands["input"] = given.data
        reading.params.update(packed=True, batch=int(given.batch_sizes[0]))
    else:
        reading.put("input", given)
    if isinstance(states, torch.Tensor):
        # An lstm may also take both states as one tensor: indexed, not passed on.
        if reading.op.startswith("lstm") and len(states) == 2 and states.dim() > reading.operands["input"].dim():
            return None
        reading.operands["h_0"] = states
    elif states is not None:
        for role, state in zip(("h_0", "c_0"), cast("Sequence[Any]", states), strict=False):
            reading.put(role, state)
    reading.operands["weight"] = weight
    return reading


def _layer(op: str) -> LayerReader:
    def read(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        names = ("input_size", "hidden_size", "num_layers", "bidirectional", "proj_size", "batch_first")
        reading = Reading(op, params={name: getattr(module, name) for name in names})
        return _file(reading, module.weight_ih_l0, args, kwargs)

    return read


def _cell(op: str) -> LayerReader:
    def read(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        reading = Reading(op, params={name: getattr(module, name) for name in ("input_size", "hidden_size")})
        return _file(reading, module.weight_ih, args, kwargs)

    return read


LAYERS: dict[type, LayerReader] = {
    nn.RNN: _layer("rnn"),
    nn.LSTM: _layer("lstm"),
    nn.GRU: _layer("gru"),
    nn.RNNCell: _cell("rnn_cell"),
    nn.LSTMCell: _cell("lstm_cell"),
    nn.GRUCell: _cell("gru_cell"),
}
