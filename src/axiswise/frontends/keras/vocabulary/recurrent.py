"""Recurrent layers over whole sequences, in one direction or both, of products or convolutions; and their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.facts import is_series
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, argument, first

_LAYERS: Any = cast("Any", keras).layers
WORDS: dict[type, str] = {_LAYERS.LSTM: "lstm_steps", _LAYERS.GRU: "gru_steps", _LAYERS.SimpleRNN: "rnn_steps"}


def _recurrent(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    word = next(word for kind, word in WORDS.items() if isinstance(running.layer, kind))
    return _read(running, running.layer, word, args, kwargs)


def _read(
    running: Running, layer: Any, word: str, args: Sequence[Any], kwargs: Mapping[str, Any], **both: Any
) -> Reading | None:
    given = first(args, kwargs, "sequences")
    shape = running.shape(given)
    if not shape:
        return None
    cell = layer.cell
    width = cell.kernel.shape[0] if cell.built else shape[-1]
    weight = running.weight((width, layer.units), given, (-1, "units"))
    reading = Reading(word, {"input": given, "weight": weight})
    states = argument(args, kwargs, 1, "initial_state")
    for place, state in enumerate(states if is_series(states) else () if states is None else (states,)):
        if not running.is_array(state):
            return None
        reading.operands[f"initial_state.{place}"] = state
    settings = {name: getattr(layer, name) for name in ("units", "return_sequences", "return_state")}
    reading.params.update(settings, **both)
    return reading


def _bidirectional(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    inner: Any = running.layer.forward_layer
    word = next((word for kind, word in WORDS.items() if type(inner) is kind), None)
    if word is None:
        return None
    return _read(running, inner, word, args, kwargs, both=True, merge_mode=running.layer.merge_mode)


CELLS: dict[type, str] = {
    _LAYERS.LSTMCell: "lstm_step_cell",
    _LAYERS.GRUCell: "gru_step_cell",
    _LAYERS.SimpleRNNCell: "rnn_step_cell",
}


def _cell(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given, cell, shape = first(args, kwargs), running.layer, running.shape(first(args, kwargs))
    if not shape:
        return None
    word = next(word for kind, word in CELLS.items() if isinstance(cell, kind))
    width = cell.kernel.shape[0] if cell.built else shape[-1]
    reading = Reading(word, {"input": given, "weight": running.weight((width, cell.units), given, (-1, "units"))})
    states = argument(args, kwargs, 1, "states")
    for place, state in enumerate(states if is_series(states) else () if states is None else (states,)):
        if not running.is_array(state):
            return None
        reading.operands[f"initial_state.{place}"] = state
    reading.params["units"] = cell.units
    return reading


CONVOLVED: tuple[type, ...] = (_LAYERS.ConvLSTM1D, _LAYERS.ConvLSTM2D, _LAYERS.ConvLSTM3D)


def _convolved(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given, layer = first(args, kwargs, "sequences"), running.layer
    shape, cell = running.shape(given), layer.cell
    if not shape or cell.data_format != "channels_last" or argument(args, kwargs, 1, "initial_state") is not None:
        return None
    width = cell.kernel.shape[-2] if cell.built else shape[-1]
    weight = running.weight((width, cell.filters), given, (-1, "filters"))
    settings = {name: getattr(layer, name) for name in ("return_sequences", "return_state")}
    return Reading(
        "map_lstm_steps",
        {"input": given, "weight": weight},
        {"rank": cell.rank + 3, "units": cell.filters, **settings},
    )


LAYERS: dict[type, LayerReader] = {
    **dict.fromkeys(WORDS, _recurrent),
    **dict.fromkeys(CELLS, _cell),
    **dict.fromkeys(CONVOLVED, _convolved),
    _LAYERS.Bidirectional: _bidirectional,
}
