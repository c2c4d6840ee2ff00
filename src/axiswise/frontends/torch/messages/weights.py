"""Stored parameters against a model's."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "size mismatch for {name:word}: copying a param with shape {stored:shape} from checkpoint, the shape in "
    "current model is {built:shape}",
    "size mismatch for {name:word}: copying a param of {stored:shape} from checkpoint, where the shape is "
    "{built:shape} in current model",
    "While copying the parameter named {name:word}, whose dimensions in the model are {built:shape} and "
    "whose dimensions in the checkpoint are {stored:shape}",
    "{name:word}: found shape {stored:shape} in the checkpoint and {built:shape} in the model instantiated",
)
def parameter(name: str, stored: Shape, built: Shape) -> Conflict | None:
    return unequal("weights", "load_state_dict", ("stored", "parameter"), stored, built, name=name)


@family.reads(
    "Missing key(s) in state_dict: {missing:names}. Unexpected key(s) in state_dict: {unexpected:names}",
    "Missing key(s) in state_dict: {missing:names}",
    "Unexpected key(s) in state_dict: {unexpected:names}",
)
def keys(missing: tuple[str, ...] = (), unexpected: tuple[str, ...] = ()) -> Conflict:
    return conflict("weights", "load_state_dict", {}, None, None, missing=missing, unexpected=unexpected)


@family.reads(
    "You set `ignore_mismatched_sizes` to `False`, thus raising an error",
    "You may consider adding `ignore_mismatched_sizes=True` in the model `from_pretrained` method",
)
def mismatched() -> Conflict:
    return conflict("weights", "load_state_dict", {}, None, None, ignore_mismatched_sizes=False)


@family.reads(
    "Unable to create tensor, you should probably activate truncation and/or padding {note:text} Perhaps "
    "your features (`{name:word}` in this case)"
)
def features(note: str, name: str) -> Conflict:
    return conflict("stack", "tensor", {}, None, None, name=name)
