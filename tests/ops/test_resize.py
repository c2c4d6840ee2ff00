"""Padding, resizing, and spatial axes traded for channels, held against torch."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
small = st.integers(1, 3)


def each(number: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[Any]:
    return st.one_of(number, st.lists(number, min_size=count, max_size=count).map(tuple))


@examples
@given(shapes(0, 4), st.lists(st.integers(-2, 3), max_size=6))
def test_pad_with_a_constant(shape: Shape, pad: list[int]) -> None:
    hold(lambda: F.pad(tensor(shape), tuple(pad)), "pad")
    hold(lambda: F.pad(tensor(shape), pad, value=1.0), "pad")


@examples
@given(shapes(1, 5), st.lists(st.integers(0, 3), max_size=6), st.sampled_from(["reflect", "replicate", "circular"]))
def test_pad_with_what_is_there(shape: Shape, pad: list[int], mode: str) -> None:
    hold(lambda: F.pad(tensor(shape), tuple(pad), mode=mode), "pad")


@examples
@given(st.integers(1, 3), st.data())
def test_interpolate(spatial: int, data: st.DataObject) -> None:
    shape = data.draw(nearly((2, 3, *data.draw(st.lists(small, min_size=spatial, max_size=spatial)))))
    modes = {1: ["nearest", "linear"], 2: ["nearest", "bilinear", "bicubic"], 3: ["nearest", "trilinear"]}
    mode = data.draw(st.sampled_from([*modes[spatial], "area"]))
    size = data.draw(each(st.integers(1, 6), spatial))
    factor = data.draw(each(st.sampled_from([0.5, 1.5, 2, 2.7]), spatial))
    hold(lambda: F.interpolate(tensor(shape), size=size, mode=mode), "interpolate")
    hold(lambda: F.interpolate(tensor(shape), scale_factor=factor, mode=mode), "interpolate")


@examples
@given(shapes(1, 5), small, st.booleans())
def test_shuffles(shape: Shape, factor: int, fits: bool) -> None:
    if fits and len(shape) > 2:
        shape = (*shape[:-3], shape[-3] * factor * factor, *shape[-2:])
    hold(lambda: F.pixel_shuffle(tensor(shape), factor), "pixel_shuffle")
    if fits and len(shape) > 2:
        shape = (*shape[:-2], shape[-2] * factor, shape[-1] * factor)
    hold(lambda: F.pixel_unshuffle(tensor(shape), factor), "pixel_unshuffle")


@examples
@given(st.data())
def test_blocks(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=2))
    shape = data.draw(nearly((*data.draw(st.sampled_from([(), (2,)])), 3, *sizes)))
    kernel, stride = data.draw(each(small, 2)), data.draw(each(st.integers(1, 2), 2))
    padding, dilation = data.draw(each(st.integers(0, 1), 2)), data.draw(each(st.integers(1, 2), 2))
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    hold(lambda: F.unfold(tensor(shape), **options), "unfold")
    blocks = data.draw(nearly((2, 3 * (kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1]), 4)))
    hold(lambda: F.fold(tensor(blocks), tuple(sizes), **options), "fold")


@examples
@given(shapes(1, 3), st.integers(-4, 4), st.integers(1, 5), small)
def test_slide(shape: Shape, dim: int, size: int, step: int) -> None:
    hold(lambda: tensor(shape).unfold(dim, size, step), "slide")


@examples
@given(st.sampled_from([(2, 3, 4, 5), (1, 2, 3, 3, 3)]), st.data())
def test_grid_sample(shape: Shape, data: st.DataObject) -> None:
    rank = len(shape) - 2
    grid = data.draw(nearly((shape[0], *data.draw(st.lists(small, min_size=rank, max_size=rank)), rank)))
    hold(lambda: F.grid_sample(tensor(data.draw(nearly(shape))), tensor(grid), align_corners=False), "grid_sample")


def test_kinds() -> None:
    assert hold(lambda: F.pad(tensor((3,)), (1, 1, 1, 1))) == ("rank",)
    assert hold(lambda: F.pad(tensor((2, 3, 3)), (3, 3), mode="reflect")) == ("window",)
    assert hold(lambda: F.pixel_shuffle(tensor((1, 6, 2, 2)), 2)) == ("split",)
    assert hold(lambda: F.channel_shuffle(tensor((1, 6, 2, 2)), 4)) == ("groups",)
    assert hold(lambda: F.interpolate(tensor((3, 8, 8)), size=(4, 4))) == ("rank",)
