"""Convolutions, transposed ones too, held against torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, tensor

small = st.integers(1, 3)


@st.composite
def settings(draw: st.DrawFn, spatial: int, names: tuple[str, ...]) -> dict[str, Any]:
    """Settings of a window, one number or one for each axis, some of them for the wrong number of axes."""
    found: dict[str, Any] = {}
    for name in names:
        number = st.integers(0, 2) if "padding" in name else st.integers(1, 2)
        if draw(st.booleans()):
            count = draw(st.sampled_from([spatial, spatial, spatial, spatial + 1]))
            found[name] = draw(st.one_of(number, st.lists(number, min_size=count, max_size=count).map(tuple)))
    return found


@pytest.mark.parametrize("spatial", [1, 2, 3])
@examples
@given(st.data())
def test_convolution(spatial: int, data: st.DataObject) -> None:
    groups = data.draw(st.sampled_from([1, 1, 1, 2, 3]))
    channels, kernel = data.draw(small), data.draw(st.lists(small, min_size=spatial, max_size=spatial))
    out = groups * data.draw(small) + data.draw(st.sampled_from([0, 0, 0, 1]))
    lead = data.draw(st.sampled_from([(), (2,), (2,)]))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=spatial, max_size=spatial))
    given_shape = data.draw(nearly((*lead, groups * channels, *sizes)))
    options = data.draw(settings(spatial, ("stride", "padding", "dilation")))
    if data.draw(st.integers(0, 4)) == 0:
        options["padding"] = data.draw(st.sampled_from(["same", "valid"]))
    bias = tensor(data.draw(nearly((out,)))) if data.draw(st.booleans()) else None
    dtype = data.draw(st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float64]))
    weight, conv = tensor((out, channels, *kernel)), getattr(F, f"conv{spatial}d")
    hold(lambda: conv(tensor(given_shape, dtype), weight, bias, groups=groups, **options), f"conv{spatial}d")


@pytest.mark.parametrize("spatial", [1, 2])
@examples
@given(st.data())
def test_transposed_convolution(spatial: int, data: st.DataObject) -> None:
    groups = data.draw(st.sampled_from([1, 1, 2]))
    channels, kernel = data.draw(small), data.draw(st.lists(small, min_size=spatial, max_size=spatial))
    # Whether an empty result is an error depends on the kernel that torch picks: these sizes leave something.
    sizes = data.draw(st.lists(st.integers(3, 5), min_size=spatial, max_size=spatial))
    lead = data.draw(st.sampled_from([(), (2,), (2,)]))
    given_shape = (*data.draw(nearly((*lead, groups * channels))), *sizes)
    options = data.draw(settings(spatial, ("stride", "dilation", "output_padding")))
    weight, conv = tensor((groups * channels, data.draw(small), *kernel)), getattr(F, f"conv_transpose{spatial}d")
    padding = data.draw(st.integers(0, 1))
    hold(
        lambda: conv(tensor(given_shape), weight, groups=groups, padding=padding, **options),
        f"conv_transpose{spatial}d",
    )


def test_layers_run_through_the_functions() -> None:
    assert hold(lambda: torch.nn.Conv2d(3, 8, 3)(tensor((2, 3, 8, 8))), "conv2d") == ()
    assert hold(lambda: torch.nn.Conv2d(3, 8, 3)(tensor((2, 1, 8, 8))), "conv2d") == ("channels",)
    assert hold(lambda: torch.nn.Conv2d(3, 8, 3)(tensor((2, 8))), "conv2d") == ("rank",)
    assert hold(lambda: torch.nn.Conv1d(4, 8, 3, groups=2)(tensor((2, 6, 9))), "conv1d") == ("channels",)
    assert hold(lambda: torch.nn.Conv2d(3, 8, 9)(tensor((2, 3, 8, 10))), "conv2d") == ("window",)
    assert hold(lambda: torch.nn.ConvTranspose2d(3, 8, 2, 2)(tensor((2, 3, 4, 4))), "conv_transpose2d") == ()
    assert hold(lambda: F.conv_transpose2d(tensor((2, 3, 2, 2)), tensor((3, 1, 1, 1)), padding=2)) == ("window",) * 2
