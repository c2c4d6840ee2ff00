"""Places put back where pooling took them from: max_unpool; and grids to sample images at: affine_grid.

Operands: `input` and `indices`; `theta`. Parameters: `kernel_size`, `stride`, `padding`, `output_size`; `size`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers, per_axis
from axiswise.ops.clauses import axis_of, differ, setting, uncounted, wrong_dtype, wrong_rank
from axiswise.ops.contract import Contract, given, same


def _spatial(call: OpCall) -> int:
    return int(call.op.removesuffix("d")[-1])


def _listed(call: OpCall, name: str, default: object) -> Shape:
    value = call.params.get(name)
    return per_axis(default if value is None else value, _spatial(call))


def _usual(call: OpCall) -> Shape:
    """Return the sizes that the pooled ones had, as far as the settings tell."""
    count = _spatial(call)
    kernels = _listed(call, "kernel_size", 1)
    strides = _listed(call, "stride", kernels)
    paddings = _listed(call, "padding", 0)
    pooled = call.operands["input"].shape[-count:]
    return tuple(
        (size - 1) * stride + kernel - 2 * padding
        for size, kernel, stride, padding in zip(pooled, kernels, strides, paddings, strict=True)
    )


def _asked(call: OpCall) -> Shape | None:
    """Return the spatial sizes that are asked for, or None."""
    asked = call.params.get("output_size")
    if asked is None:
        return None
    sizes = numbers(asked)
    return sizes[2:] if len(sizes) == _spatial(call) + 2 else sizes


def _unpool_conflicts(call: OpCall) -> list[Conflict]:
    count = _spatial(call)
    found = wrong_rank(call, "input", count + 1, count + 2)
    if found:
        return found
    asked, usual = _asked(call), _usual(call)
    if asked is not None and len(asked) != count:
        return [uncounted(call, "output_size", count, count + 2)]
    strides = _listed(call, "stride", _listed(call, "kernel_size", 1))
    for axis, (size, stride) in enumerate(zip(usual, strides, strict=True)):
        if asked is not None and not size - stride < asked[axis] < size + stride:
            facts = {"lowest": size - stride + 1, "highest": size + stride - 1}
            left = axis_of(call, "input", axis - count)
            return [Conflict("window", call, left, setting("output_size", asked[axis], axis), facts)]
        if asked is None and size < 1:
            return [Conflict("window", call, axis_of(call, "input", axis - count), facts={"result": size})]
    return _indices(call)


def _indices(call: OpCall) -> list[Conflict]:
    """Every pooled value has its place."""
    data, places = call.operands["input"].shape, call.operands["indices"].shape
    if len(data) != len(places):
        left, right = AxisUse("indices", -1, len(places)), AxisUse("input", -1, len(data))
        return [Conflict("index-shape", call, left, right)]
    for axis in range(len(data)):
        found = differ("index-shape", call, axis_of(call, "indices", axis), axis_of(call, "input", axis))
        if found:
            return found
    return wrong_dtype(call, "indices", "int64")


def _unpool_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, count = call.operands["input"].shape, _spatial(call)
    if len(shape) <= count:
        return None
    asked = _asked(call)
    sizes = asked if asked is not None and len(asked) == count else _usual(call)
    return ((*shape[:-count], *(max(int(size), 1) for size in sizes)),)


def _unpool_source(call: OpCall, output: int, axis: int) -> AxisSource:
    lead = call.operands["input"].rank - _spatial(call)
    if axis < lead:
        return same("input", axis)
    if call.params.get("output_size") is None:
        return AxisSource("window", (("input", axis),))
    skipped = len(numbers(call.params["output_size"])) - _spatial(call)
    return given("output_size", axis - lead + skipped)


# -- grids -----------------------------------------------------------------------------------------------------------
def _affine_conflicts(call: OpCall) -> list[Conflict]:
    size = numbers(call.params.get("size"))
    if len(size) not in (4, 5):
        return [uncounted(call, "size", 4, 5)]
    rank = len(size) - 2
    theta = call.operands["theta"].shape
    wanted = (size[0], rank, rank + 1)
    if len(theta) != 3:
        facts = {"allowed": (3,), "shape": wanted}
        return [Conflict("rank", call, AxisUse("theta", -1, len(theta)), facts=facts)]
    found: list[Conflict] = []
    for axis, name in ((1, "coordinates"), (2, "coordinates and 1")):
        found = found or differ("length", call, axis_of(call, "theta", axis), setting(name, wanted[axis]))
    if not found:
        found = differ("batch", call, axis_of(call, "theta", 0), setting("size", size[0], 0))
    return found + wrong_dtype(call, "theta", "float32", "float64", "float16", "bfloat16")


def _affine_output(call: OpCall) -> tuple[Shape, ...] | None:
    size = numbers(call.params.get("size"))
    if len(size) not in (4, 5):
        return None
    return ((*(int(each) for each in (size[0], *size[2:])), len(size) - 2),)


def _affine_source(call: OpCall, output: int, axis: int) -> AxisSource:
    last = call.outputs[output].rank - 1
    if axis == last:
        return same("theta", 1)
    return given("size", 0 if axis == 0 else axis + 1)


_UNPOOL = Contract(_unpool_conflicts, _unpool_output, _unpool_source)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(("max_unpool1d", "max_unpool2d", "max_unpool3d"), _UNPOOL),
    "affine_grid": Contract(_affine_conflicts, _affine_output, _affine_source),
}
