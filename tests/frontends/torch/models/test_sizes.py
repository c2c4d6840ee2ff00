"""Sizes that hold by chance, are rounded up, or are looked at by kernels only: what is claimed all the same."""

from __future__ import annotations

import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from axiswise.frontends.torch.models.guards import Relation, at_least, exactly
from axiswise.frontends.torch.models.regions import explore
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.symbols import Region, Stopped
from tests.frontends.torch.models.symbolic_models import proof, spec


class Pooled(nn.Module):
    """Of an image of 32 x 32, one pixel is left: by chance."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.Sequential(*(nn.Conv2d(3 if step == 0 else 4, 4, 3, 2, 1) for step in range(5)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.steps(x).mean((2, 3))


class Windows(nn.Module):
    """Works in windows of 7, on an image that is padded to a multiple of 7 and cut again, at several scales."""

    def __init__(self) -> None:
        super().__init__()
        self.mixes = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for mix in self.mixes:
            batch, height, width, channels = x.shape
            x = F.pad(x, (0, 0, 0, (7 - width % 7) % 7, 0, (7 - height % 7) % 7))
            rows, columns = x.shape[1] // 7, x.shape[2] // 7
            windows = x.view(batch, rows, 7, columns, 7, channels).permute(0, 1, 3, 2, 4, 5)
            windows = mix(windows.reshape(-1, 49, channels)).view(batch, rows, columns, 7, 7, channels)
            x = windows.permute(0, 1, 3, 2, 4, 5).reshape(batch, rows * 7, columns * 7, channels)
            x = F.pad(x[:, :height, :width], (0, 0, 0, width % 2, 0, height % 2))
            x = x[:, 0::2, 0::2]
        return x


class Projected(nn.Module):
    """Attention over the pixels of a strided convolution, by einsum."""

    def __init__(self) -> None:
        super().__init__()
        self.keys, self.queries = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(3, 8, 7, 4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        keys, queries = self.keys(x).flatten(2), self.queries(x).flatten(2)
        return torch.einsum("bct,bcs->bts", queries, keys).softmax(-1)


def image(height: int, width: int, channels: str = "3", last: bool = False) -> CallSpec:
    axes = f"batch height width {channels}" if last else f"batch {channels} height width"
    return CallSpec({"x": spec(f"Float[{axes}]", batch=2, height=height, width=width)})


class Table(nn.Module):
    """Looks up each step's place in a long table."""

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places, self.inner = nn.Embedding(places, 8), nn.Linear(4, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x) + self.places(torch.arange(x.shape[1]))


class Resized(nn.Module):
    """Resizes a map of any but the usual sides."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3 * 32 * 32, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[2] != 32 or x.shape[3] != 32:
            x = F.interpolate(x, size=(32, 32))
        return self.head(x.flatten(1))


class Kept(nn.Module):
    """Keeps three of four patches: how many is a number of Python's, another one for nearly every image."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.head = nn.Conv2d(3, 16, 8, 8), nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        kept = torch.randn(x.shape[:2]).topk(max(1, int(x.shape[1] * 0.75)), dim=-1).indices
        return self.head(x[torch.arange(x.shape[0])[:, None], kept].mean(1))


def test_what_python_counts_of_two_axes_is_no_limit() -> None:
    assert proof(Kept, image(32, 32)).holds_for == ("batch >= 1",)


@pytest.mark.parametrize("places", [1000, 1 << 17, 1 << 19])
def test_the_end_of_a_long_table_is_found(places: int) -> None:
    found = proof(lambda: Table(places), CallSpec({"x": spec("Float[batch time 4]", batch=2, time=12)}))
    assert found.holds_for == ("batch >= 1", f"time <= {places}")


def test_sizes_that_a_model_treats_apart_are_followed_beyond() -> None:
    found = proof(Resized, image(32, 32))
    assert found.holds_for == ("batch >= 1", "height >= 1", "width >= 1")


def test_sizes_at_which_an_axis_has_one_element_by_chance_are_left_for_others() -> None:
    found = proof(Pooled, image(32, 32))
    assert (found.holds_for, found.reason) == (("batch >= 1", "height >= 1", "width >= 1"), "")


def test_sizes_that_are_rounded_up_again_and_again_stay_short() -> None:
    began = time.process_time()
    found = proof(Windows, image(30, 45, "8", last=True))
    assert {"batch", "height", "width"} <= found.symbolic
    assert "batch >= 1" in found.holds_for
    assert time.process_time() - began < 30


def test_what_only_kernels_look_at_is_no_limit() -> None:
    found = proof(Projected, image(32, 32))
    assert (found.holds_for, found.reason) == (("batch >= 1", "height >= 3", "width >= 3"), "")


def test_a_limit_lies_on_the_side_on_which_it_failed() -> None:
    """A size that is one number between two ends: below it fails, above it does not."""

    def symbolic(sizes: object, free: frozenset[str]) -> Region | Stopped:
        between = Relation(("time",), "time // 10 == 1", lambda time: time // 10 == 1)
        return Region((between if sizes["time"] < 20 else at_least("time", 20),), (), free)  # type: ignore[index]

    call = CallSpec({"x": spec("Float[batch time]", batch=2, time=15)})
    found = explore(call, symbolic, lambda sizes: "too short" if sizes["time"] < 10 else None)
    assert "time >= 10" in {each.text for each in found.constraints}
    assert not any(each.text.startswith("time <=") for each in found.constraints)


def test_a_number_that_the_module_has_stays_a_number() -> None:
    def symbolic(sizes: object, free: frozenset[str]) -> Region | Stopped:
        return Region((exactly("height", 224), at_least("width", 3)), (), free)

    found = explore(image(224, 224), symbolic, lambda sizes: None if sizes["height"] == 224 else "another height")
    assert found.numbers == {"height": 224}
