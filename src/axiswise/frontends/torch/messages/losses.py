"""Losses: predictions against targets."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads("Expected input batch_size ({given:int}) to match target batch_size ({target:int})")
def batch(given: int, target: int) -> Conflict:
    return conflict("target", "cross_entropy", {}, size("input", 0, given), size("target", 0, target))


@family.reads("Expected target size {wanted:shape}, got {found:shape}")
def class_target(wanted: Shape, found: Shape) -> Conflict:
    axis = first_difference(found, wanted)
    if axis is None:
        return conflict(
            "target-rank", "cross_entropy", {"target": found}, size("target", -1, len(found)), None, wanted=wanted
        )
    left, right = size("input", axis + 1 if axis else 0, wanted[axis]), size("target", axis, found[axis])
    return conflict("target", "cross_entropy", {"target": found}, left, right, wanted=wanted)


@family.reads(
    "0D or 1D target tensor expected, multi-target not supported, got {found:int}D",
    "0D or 1D target tensor expected, multi-target not supported",
    "1D target tensor expected, multi-target not supported",
    "multi-target not supported at {place:word}",
)
def class_rank(found: int = -1, place: str = "") -> Conflict:
    return conflict("target-rank", "cross_entropy", {}, size("target", -1, found), None, allowed=(0, 1))


@family.reads(
    "only batches of spatial targets supported (3D tensors) but got targets of dimension: {found:int}",
    "only batches of spatial targets supported (3D tensors) but got targets of size: : {shape:shape}",
    "only batches of spatial targets supported (3D tensors) but got targets of size: {shape:shape}",
    "only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: {shape:shape}",
)
def spatial_rank(found: int = -1, shape: Shape | None = None) -> Conflict:
    shapes = {"target": shape} if shape is not None else {}
    axes = len(shape) if shape is not None else found
    return conflict("target-rank", "cross_entropy", shapes, size("target", -1, axes), None, allowed=(3,))


@family.reads("size mismatch (got input: {given:shape}, target: {target:shape}")
def spatial(given: Shape, target: Shape) -> Conflict | None:
    shapes = {"input": given, "target": target}
    axis = first_difference((given[0], *given[2:]), target) if len(given) > 1 else None
    if axis is None:
        return conflict("target", "nll_loss", shapes, size("input", -1, len(given)), size("target", -1, len(target)))
    at = axis + 1 if axis else 0
    return conflict("target", "nll_loss", shapes, size("input", at, given[at]), size("target", axis, target[axis]))


@family.reads(
    "Target size ({target:shape}) must be the same as input size ({given:shape})",
    "Using a target size ({target:shape}) that is different to the input size ({given:shape})",
    "The size of target ({target:shape}) must be the same as input size ({given:shape})",
)
def element_target(target: Shape, given: Shape) -> Conflict | None:
    return unequal("target", "loss", ("input", "target"), given, target)


@family.reads("inconsistent target size: {target:shape} for input of size: {given:shape}")
def label_target(target: Shape, given: Shape) -> Conflict | None:
    return unequal("target", "multilabel_margin_loss", ("input", "target"), given, target)


@family.reads(
    "Expected target size {wanted:shape}, but got {found:shape}. Input has shape {given:shape}",
    "inconsistent target size, expected {wanted:shape} but got {found:shape}",
)
def sample_target(wanted: Shape, found: Shape, given: Shape = ()) -> Conflict | None:
    if not wanted or not found:
        return None
    shapes = {"target": found} | ({"input": given} if given else {})
    return conflict("target", "multi_margin_loss", shapes, size("input", 0, wanted[0]), size("target", 0, found[0]))


@family.reads(
    "weight tensor should be defined either for all {classes:int} classes or no classes but got weight "
    "tensor of shape: {weight:shape}"
)
def class_weight(classes: int, weight: Shape) -> Conflict | None:
    if not weight:
        return None
    return conflict(
        "target", "cross_entropy", {"weight": weight}, size("input", 1, classes), size("weight", 0, weight[0])
    )


@family.reads(
    "Expected tensor to have size {wanted:int} at dimension {axis:int}, but got size {found:int} for "
    "argument {number:int} '{role:word}'"
)
def checked_axis(wanted: int, axis: int, found: int, number: int, role: str) -> Conflict:
    return conflict("other", "", {}, size(role, axis, found), size("", axis, wanted), argument=number)


@family.reads(
    "All input tensors should have same dimension but got sizes: input1: {first:shape}, input2: "
    "{second:shape}, target: {target:shape}"
)
def ranking(first: Shape, second: Shape, target: Shape) -> Conflict | None:
    return unequal("target", "margin_ranking_loss", ("input", "input2"), first, second) or unequal(
        "target", "margin_ranking_loss", ("input", "target"), first, target
    )


@family.reads(
    "are expected to have the same number of dimensions, but got: anchor {anchor:int}D, positive "
    "{positive:int}D, and negative {negative:int}D"
)
def triplets(anchor: int, positive: int, negative: int) -> Conflict:
    role, found = ("positive", positive) if positive != anchor else ("negative", negative)
    return rank("triplet_margin_loss", role, found, anchor)


@family.reads("Target {value:int} is out of bounds")
def class_range(value: int) -> Conflict:
    return conflict("index-range", "cross_entropy", {}, size("target", -1, value), None, value=value)


@family.reads("Class values must be smaller than num_classes")
def one_hot() -> Conflict:
    return conflict("index-range", "one_hot")


@family.reads("var is of incorrect size")
def variance() -> Conflict:
    return conflict("target", "gaussian_nll_loss")


@family.reads("input_lengths must be of size batch_size", "target_lengths must be of size batch_size")
def ctc_lengths() -> Conflict:
    return conflict("batch", "ctc_loss")


@family.reads("Expected input_lengths to have value at most {longest:int}, but got value {found:int}")
def ctc_longest(longest: int, found: int) -> Conflict:
    return conflict(
        "index-range", "ctc_loss", {}, size("", -1, found, "input_lengths"), size("input", 0, longest), length=longest
    )
