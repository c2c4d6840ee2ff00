"""Stored weights against a model's."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "Layer {name:word} weight shape {built:shape} is not compatible with provided weight shape {stored:shape}",
    "Layer {name:word} weight shape {built:shape} not compatible with provided weight shape {stored:shape}",
    "Layer weight shape {built:shape} not compatible with provided weight shape {stored:shape}",
    "You are loading weights for `{name:word}` with shape {stored:shape} into {built:shape}",
    "Shape mismatch in layer #{number:int} (named {name:word}) for weight {weight:text}. Weight expects shape "
    "{built:shape}. Received saved weight with shape {stored:shape}",
    'Layer #{number:int} (named "{name:word}"), weight {weight:text} has shape {built:shape}, but the saved weight has '
    "shape {stored:shape}",
    "The shape of the target variable and the shape of the target value in `variable.assign(value)` must match. "
    "variable.shape={built:shape}, Received: value.shape={stored:shape}. Target variable: <Variable path={name:text},",
    "The shape of the target variable and the shape of the target value in `variable.assign(value)` must match. "
    "variable.shape={built:shape}, Received: value.shape={stored:shape}",
    "Cannot assign value to variable '{name:text}': Shape mismatch. The variable shape {built:shape}, and the assigned "
    "value shape {stored:shape} are incompatible",
)
def parameter(built: Shape, stored: Shape, name: str = "", number: int = 0, weight: str = "") -> Conflict | None:
    return unequal("weights", "load_weights", ("stored", "parameter"), stored, built, name=name.strip(" :'"))


@family.reads(
    "You called `set_weights(weights)` on layer '{name:word}' with a weight list of length {found:int}, but the layer "
    "was expecting {built:int} weights",
    'You called `set_weights(weights)` on layer "{name:word}" with a weight list of length {found:int}, but the layer '
    "was expecting {built:int} weights",
    "Layer '{name:word}' expected {built:int} variables, but received {found:int} variables during loading",
    "Layer count mismatch when loading weights from file. Model expected {built:int} layers, found {found:int} saved "
    "layers",
    "You are trying to load a weight file containing {found:int} layers into a model with {built:int} layers",
)
def count(built: int, found: int, name: str = "") -> Conflict:
    return conflict("weights", "load_weights", {}, size("stored", -1, found), size("parameter", -1, built), name=name)
