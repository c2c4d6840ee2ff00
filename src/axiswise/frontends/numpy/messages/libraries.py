"""Libraries around NumPy: scikit-learn, pandas, matplotlib."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, layered, rank, size
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads("arrays must all be same length", "All arrays must be of the same length")
def lengths() -> Conflict:
    return conflict("batch", "table", {}, size("tensors.0", 0, -1), size("tensors.1", 0, -1))


@family.reads("Length of values ({found:int}) does not match length of index ({wanted:int})")
def column(found: int, wanted: int) -> Conflict:
    return conflict("batch", "table", {}, size("values", 0, found), size("index", 0, wanted))


@family.reads("Shape of passed values is {found:shape}, indices imply {wanted:shape}")
def table(found: Shape, wanted: Shape) -> Conflict | None:
    pairs = enumerate(zip(found, wanted, strict=False))
    axis = next((at for at, (a, b) in pairs if a != b), None)
    if axis is None:
        return None
    shapes = {"values": found, "labels": wanted}
    return conflict("batch", "table", shapes, size("values", axis, found[axis]), size("labels", axis, wanted[axis]))


@family.reads("Found input variables with inconsistent numbers of samples: {lengths:shape}")
def samples(lengths: Shape) -> Conflict | None:
    other = next((place for place, length in enumerate(lengths) if length != lengths[0]), None)
    if other is None:
        return None
    return conflict("batch", "fit", {}, size("tensors.0", 0, lengths[0]), size(f"tensors.{other}", 0, lengths[other]))


@family.reads(
    "x and y must have same first dimension, but have shapes {x:shape} and {y:shape}",
    "x and y must be the same size",
)
def plotted(x: Shape = (), y: Shape = ()) -> Conflict:
    shapes = {"x": x, "y": y} if x and y else {}
    return conflict("batch", "plot", shapes, size("x", 0, x[0] if x else -1), size("y", 0, y[0] if y else -1))


@family.reads("Invalid shape {shape:shape} for image data")
def image(shape: Shape) -> Conflict:
    if len(shape) != 3:
        return rank("imshow", "image", len(shape), 2, 3, shape=shape)
    return conflict("channels", "imshow", {"input": shape}, size("input", 2, shape[2]), size("", -1, 3, "channels"))


@family.reads("Expected {wanted:int}D array, got {found:int}D array instead")
def estimator(wanted: int, found: int) -> Conflict:
    return rank("fit", "input", found, wanted)


@family.reads("Expected 2D array, got scalar array instead")
def estimator_scalar() -> Conflict:
    return rank("fit", "input", 0, 2)


@family.reads("Found array with dim {found:int}. {name:word} expected <= {wanted:int}")
@family.reads("Found array with dim {found:int}, while dim <= {wanted:int} is required")
def estimator_axes(found: int, wanted: int, name: str = "fit") -> Conflict:
    return rank(name, "input", found, f"{wanted} or fewer")


@family.reads("X has {found:int} features, but {name:word} is expecting {built:int} features as input")
def estimator_features(found: int, name: str, built: int) -> Conflict:
    shapes = {"weight": (-1, built)}
    found_in = conflict("contraction", "linear", shapes, size("input", 1, found), size("weight", 1, built))
    return layered(found_in, name, name)
