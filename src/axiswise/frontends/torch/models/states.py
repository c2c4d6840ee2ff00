"""States of recurrent layers among the arguments of `forward`: `self.lstm(x, hidden)` says what `hidden` is.

Shapes are those of `torch.nn.LSTM` and its like: (layers * directions, batch, hidden), of a cell (batch, hidden).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import torch

from axiswise.frontends.torch.models.specs import AxisSpec, TensorSpec


def states_of(owner: Any, tree: ast.AST, name: str, batch: AxisSpec) -> Iterator[Any]:
    """Yield what a parameter is where a recurrent layer takes it for its states: one tensor, or a pair of them.

    Args:
        owner: The module whose `forward` has the parameter.
        tree: The syntax tree of `forward`.
        name: The parameter.
        batch: The axis of the batch.
    """
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        layer = _layer(owner, call.func)
        given = next((each.value for each in call.keywords if each.arg == "hx"), (*call.args[1:2], None)[0])
        if layer is None or given is None:
            continue
        parts = list(_parts(layer, batch))
        if isinstance(given, ast.Name) and given.id == name:
            yield tuple(parts) if len(parts) > 1 else parts[0]
        elif isinstance(given, ast.Tuple):
            for each, part in zip(given.elts, parts, strict=False):
                if isinstance(each, ast.Name) and each.id == name:
                    yield part


def _layer(owner: Any, called: ast.expr) -> Any:
    """Return the recurrent layer that is called as an attribute of `self`, or None."""
    text = ast.unparse(called)
    if not text.startswith("self.") or not text.replace(".", "").isidentifier():
        return None
    try:
        found = attrgetter(text.removeprefix("self."))(owner)
    except AttributeError:
        return None
    return found if isinstance(found, (torch.nn.RNNBase, torch.nn.RNNCellBase)) else None


def _parts(layer: Any, batch: AxisSpec) -> Iterator[TensorSpec]:
    """Yield the states that a layer keeps."""
    if isinstance(layer, torch.nn.RNNCellBase):
        widths, before = [layer.hidden_size], []
    else:
        widths = [layer.proj_size or layer.hidden_size]
        before = [AxisSpec("", layer.num_layers * (1 + layer.bidirectional))]
    if isinstance(layer, (torch.nn.LSTM, torch.nn.LSTMCell)):
        widths.append(layer.hidden_size)
    for width in widths:
        yield TensorSpec("Float", (*before, batch, AxisSpec("", width)))
