"""What training and its losses say of predictions, targets and the arrays they are given."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "Arguments `target` and `output` must have the same shape. Received: target.shape={target:shape}, "
    "output.shape={given:shape}",
    "Arguments `target` and `output` must have the same rank (ndim). Received: target.shape={target:shape}, "
    "output.shape={given:shape}",
    "`target` and `output` must have the same shape, received: target.shape={target:shape}, output.shape={given:shape}",
)
def equal(target: Shape, given: Shape) -> Conflict | None:
    return unequal("target", "loss", ("input", "target"), given, target)


@family.reads("Shapes {target:shape} and {given:shape} are incompatible")
def incompatible(target: Shape, given: Shape) -> Conflict | None:
    return unequal("target", "loss", ("input", "target"), given, target)


@family.reads(
    "Arguments `target` and `output` must have the same shape up until the last dimension: "
    "target.shape={target:shape}, output.shape={given:shape}",
    "Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape={target:shape}, "
    "output.shape={given:shape}",
    "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: labels.shape={target:shape} of rank {a:int} and "
    "logits.shape={given:shape} of rank {b:int}",
    "`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape={target:shape} and "
    "logits.shape={given:shape}",
    "Shape mismatch: The shape of labels (received {target:shape}) should equal the shape of logits except for the "
    "last dimension (received {given:shape})",
)
def class_numbers(target: Shape, given: Shape, a: int = 0, b: int = 0) -> Conflict:
    shapes = {"input": given, "target": target}
    if len(target) != len(given) - 1:
        left = size("target", -1, len(target))
        return conflict("target-rank", "sparse_categorical_crossentropy", shapes, left, None, allowed=(len(given) - 1,))
    pairs = enumerate(zip(given, target, strict=False))
    axis = next((at for at, (a, b) in pairs if a != b and min(a, b) >= 0), 0)
    left, right = size("input", axis, given[axis]), size("target", axis, target[axis] if target else -1)
    return conflict("target", "sparse_categorical_crossentropy", shapes, left, right)


@family.reads(
    "Received a label value of {label:int} which is outside the valid range of [{low:int}, {classes:int})",
    "Invalid class index {label:int} for {classes:int} classes",
)
def label(label: int, classes: int, low: int = 0) -> Conflict:
    table = size("predictions", 1, classes)
    return conflict("index-range", "cross_entropy", {}, size("target", -1, label), table, length=classes, value=label)


@family.reads(
    "You are passing a target array of shape {target:shape} while using as loss `{loss:word}`. `{name:word}` expects "
    "targets to be binary matrices (1s and 0s) of shape (samples, classes)",
    "A target array with shape {target:shape} was passed for an output of shape {given:shape} while using as loss "
    "`{loss:word}`. This loss expects targets to have the same shape as the output",
)
def passed(target: Shape, loss: str, given: Shape = (), name: str = "") -> Conflict | None:
    if given:
        return unequal("target", loss, ("input", "target"), given, target)
    return conflict(
        "target", loss, {"target": target}, None, size("target", len(target) - 1, target[-1] if target else -1)
    )


@family.reads(
    "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: {xs:text} 'y' "
    "sizes: {ys:int}",
    "Data cardinality is ambiguous: x sizes: {xs:text} y sizes: {ys:int} {end:text}Make sure all arrays contain the "
    "same number of samples",
    "Input arrays should have the same number of samples as target arrays. Found {xs:text} input samples and {ys:int} "
    "target samples",
)
def samples(xs: str, ys: int, end: str = "") -> Conflict | None:
    lengths = [int(part) for part in xs.replace(",", " ").split() if part.isdigit()]
    other = next((length for length in lengths if length != ys), None)
    if other is None:
        return None
    return conflict("batch", "fit", {}, size("inputs", 0, other), size("targets", 0, ys))


@family.reads(
    "The total size of the tensor must be unchanged. Received: input_shape={shape:shape}, {name:word}={target:shape}"
)
@family.reads("total size of new array must be unchanged, input_shape = {shape:shape}, output_shape = {target:shape}")
def reshaped(shape: Shape = (), target: Shape = (), name: str = "") -> Conflict:
    elements = asked = 1
    for length in shape:
        elements *= length if length >= 0 else 1
    for length in target:
        asked *= length if length >= 0 else 1
    shapes = {"input": shape} if shape else {}
    left, right = size("input", -1, elements if shape else -1), size("", -1, asked if target else -1, "shape")
    params = {"shape": target} if target else {}
    return conflict("numel", "reshape", shapes, left, right, params, inferred=-1 in target)
