"""Recurrent layers over whole sequences, in one direction or both."""

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


LAYERS: dict[type, LayerReader] = {**dict.fromkeys(WORDS, _recurrent), _LAYERS.Bidirectional: _bidirectional}
