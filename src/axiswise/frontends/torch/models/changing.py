"""A call with one thing changed: an axis, or a whole tensor, at a path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec


def spec_of(call: CallSpec, path: str) -> TensorSpec | None:
    """Return the tensor at a path."""
    return next((spec for each, spec in call.tensors() if each == path), None)


def with_axis(spec: TensorSpec, at: int, axis: AxisSpec) -> TensorSpec:
    """Return a tensor with another axis at a position."""
    return replace(spec, axes=(*spec.axes[:at], axis, *spec.axes[at + 1 :]))


def fixed(call: CallSpec, path: str, at: int, size: int) -> CallSpec:
    """Return a call in which an axis has just the size that the model asks for."""
    spec = spec_of(call, path)
    if spec is None or not 0 <= at < len(spec.axes):
        return call
    was = spec.axes[at]
    alike = (place == at or (was.name and axis == was) for place, axis in enumerate(spec.axes))  # `(nodes, nodes)`
    axes = (AxisSpec("", size) if is_it else axis for axis, is_it in zip(spec.axes, alike, strict=True))
    new = replace(spec, axes=tuple(axes))
    if 1 < at == len(spec.axes) - 1:  # its features are last: what stands before them are no channels
        new = new.renamed(dict.fromkeys(("channels", "channel"), "length"))
    return replaced(call, path, new)


def fixed_in_all(call: CallSpec, path: str, at: int, size: int) -> Iterator[CallSpec]:
    """Yield the call in which the last axis of several inputs, of one name, has that size: points and directions."""
    spec = spec_of(call, path)
    name = spec.axes[at].name if spec is not None and 0 < at == len(spec.axes) - 1 else ""
    holders = {each for each, other in call.tensors() for axis in other.axes if axis.name == name}
    if name and len(holders) > 1:
        yield call.numbered({name: size})


def squared(spec: TensorSpec, size: int) -> tuple[AxisSpec, ...]:
    """Return axes with another height and width."""
    return tuple(AxisSpec(axis.name, size) if axis.is_side else axis for axis in spec.axes)


def replaced(call: CallSpec, path: str, new: TensorSpec) -> CallSpec:
    """Return a call with another tensor at a path; axes of one name keep one size in all of it."""
    paths = iter([each for each, _ in call.tensors()])
    sizes = {axis.name: axis.size for axis in new.axes if axis.name}
    changed = replace(call, arguments=call.made(lambda spec: new if next(paths) == path else spec))
    return changed.resized(sizes)


def agreeing(before: CallSpec, after: CallSpec, bound: frozenset[str]) -> CallSpec | None:
    """Return a corrected call in the words of what binds: an axis keeps its name, and one name has one size.

    None where it would change more than the sizes of named axes there.
    """
    sizes: dict[str, int] = {}
    arguments = dict(after.arguments)
    for name in bound & arguments.keys():
        was, now = before.arguments[name], after.arguments[name]
        if not isinstance(was, TensorSpec) or not isinstance(now, TensorSpec):
            return None
        if was.kind != now.kind or len(was.axes) != len(now.axes):
            return None
        for old, new in zip(was.axes, now.axes, strict=True):
            if old.size != new.size and (not old.name or sizes.setdefault(old.name, new.size) != new.size):
                return None
        arguments[name] = replace(now, axes=was.axes)
    return replace(after, arguments=arguments).resized(sizes)
