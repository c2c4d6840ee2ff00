"""Normalisation layers: width, groups, ranks, and statistics over one value."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "Expected more than 1 value per channel when training, got input size {shape:shape}",
    "Expected more than 1 spatial element when training, got input size {shape:shape}",
)
def samples(shape: Shape) -> Conflict:
    return conflict("samples", "batch_norm", {"input": shape}, size("input", 0, shape[0]) if shape else None)


@family.reads("{name:word} should contain {found:int} elements not {built:int}")
def running(name: str, found: int, built: int) -> Conflict | None:
    name = name.lower()
    if name not in ("running_mean", "running_var", "weight", "bias"):
        return None
    return conflict(
        "features", "batch_norm", {name: (built,)}, size("input", 1, found), size(name, 0, built, "num_features")
    )


@family.reads("expected input's size at dim={axis:int} to match num_features ({built:int}), but got: {found:int}")
def instance(axis: int, built: int, found: int) -> Conflict:
    return conflict("features", "instance_norm", {}, size("input", axis, found), size("", -1, built, "num_features"))


@family.reads(
    "Given normalized_shape={built:shape}, expected input with shape {wanted:shape}, but got input of "
    "size{shape:shape}",
)
def normalized_shape(built: Shape, wanted: Shape, shape: Shape) -> Conflict | None:
    if not built:
        return None
    shapes, params = {"input": shape}, {"normalized_shape": built}
    if len(shape) < len(built):
        return conflict(
            "rank",
            "layer_norm",
            shapes,
            size("input", -1, len(shape)),
            None,
            params,
            allowed=(f"{len(built)} or more",),
        )
    index = first_difference(shape[-len(built) :], built) or 0
    axis = len(shape) - len(built) + index
    right = size("", -1, built[index], "normalized_shape", index)
    return conflict("features", "layer_norm", shapes, size("input", axis, shape[axis]), right, params)


@family.reads(
    "Expected {name:word} to be of same shape as normalized_shape, but got {role:word} of shape "
    "{found:shape} and normalized_shape = {built:shape}"
)
def norm_weight(name: str, role: str, found: Shape, built: Shape) -> Conflict | None:
    return unequal("features", "layer_norm", (name, "normalized_shape"), found, built)


@family.reads(
    "num_channels ({channels:int}) must be divisible by num_groups ({groups:int})",
    "num_channels must be divisible by num_groups",
)
def groups(channels: int = -1, groups: int = -1) -> Conflict:
    return conflict(
        "groups", "group_norm", {}, size("", -1, channels, "num_channels"), size("", -1, groups, "num_groups")
    )


@family.reads(
    "Expected number of channels in input to be divisible by num_groups, but got input of shape "
    "{shape:shape} and num_groups={groups:int}"
)
def input_groups(shape: Shape, groups: int) -> Conflict | None:
    if len(shape) < 2:
        return rank("group_norm", "input", len(shape), "2 or more", shape=shape)
    return conflict(
        "groups", "group_norm", {"input": shape}, size("input", 1, shape[1]), size("", -1, groups, "num_groups")
    )


@family.reads(
    "Expected {name:word} to be a vector of size equal to the number of channels in input, but got "
    "{role:word} of shape {built:shape} and input of shape {shape:shape}"
)
def group_weight(name: str, role: str, built: Shape, shape: Shape) -> Conflict | None:
    if len(shape) < 2 or not built:
        return None
    shapes = {"input": shape, name: built}
    return conflict(
        "features", "group_norm", shapes, size("input", 1, shape[1]), size(name, 0, built[0], "num_channels")
    )


@family.reads("Found parameter numbers = {built:int} and channel size = {found:int}")
def prelu(built: int, found: int) -> Conflict:
    return conflict("features", "prelu", {}, size("input", 1, found), size("weight", 0, built, "num_parameters"))


@family.reads(
    "expected {wanted:int}D input (got {found:int}D input)",
    "expected {wanted:int}D or {other:int}D input (got {found:int}D input)",
)
def norm_rank(wanted: int, found: int, other: int = -1) -> Conflict:
    return rank("batch_norm", "input", found, *((wanted, other) if other >= 0 else (wanted,)))


@family.reads(
    "expected input to be {low:int}D or {high:int}D, got {found:int}D instead",
    "Expected {low:int}D or higher dimensionality input (got {found:int} dimensions)",
)
def input_rank(low: int, found: int, high: int = -1) -> Conflict:
    return rank("", "input", found, *((low, high) if high >= 0 else (f"{low} or more",)))
