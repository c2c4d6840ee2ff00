"""Functions whose kernels want numbers: on symbols they give the shapes that real torch gives, and fix no size."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import rnn

from axiswise.frontends.torch import packing
from axiswise.frontends.torch.models.specs import CallSpec, TensorSpec
from axiswise.frontends.torch.models.symbols import Region
from tests.frontends.torch.models.symbolic_models import region, spec

Function = Callable[[torch.Tensor], torch.Tensor]

SIZES = ({"batch": 6, "time": 10, "height": 12, "width": 14}, {"batch": 4, "time": 9, "height": 15, "width": 7})
STEPS = "Float[batch time 8]"
SERIES = "Float[batch 8 time]"
IMAGES = "Float[batch 8 height width]"


class Applied(nn.Module):
    """Applies a function, and says what it returns."""

    def __init__(self, function: Function, say: Callable[[torch.Tensor], None]) -> None:
        super().__init__()
        self.function, self.say = function, say

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result = self.function(x)
        self.say(result)
        return result


def _size(size: Any) -> int:
    return int(size.node.hint) if isinstance(size, torch.SymInt) else int(size)


def _spec(text: str, sizes: dict[str, int]) -> TensorSpec:
    return spec(text, **{name: size for name, size in sizes.items() if name in text})


@pytest.mark.parametrize(
    ("text", "function"),
    [
        (IMAGES, lambda x: F.interpolate(x, scale_factor=2)),
        (IMAGES, lambda x: F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)),
        (IMAGES, lambda x: F.interpolate(x, scale_factor=1.5, mode="bicubic")),
        (IMAGES, lambda x: F.interpolate(F.max_pool2d(x, 2), size=x.shape[-2:], mode="bilinear")),
        (IMAGES, lambda x: F.interpolate(x, size=(32, 32))),
        (SERIES, lambda x: F.interpolate(x, scale_factor=2)),
        (SERIES, lambda x: F.interpolate(x, scale_factor=2, mode="linear")),
        (IMAGES, nn.Upsample(scale_factor=2, mode="nearest")),
        (IMAGES, lambda x: F.fold(F.unfold(x, 3, padding=1), x.shape[-2:], 3, padding=1)),
        (IMAGES, lambda x: F.local_response_norm(x, 2)),
        (IMAGES, lambda x: F.affine_grid(torch.zeros(x.shape[0], 2, 3), x.size(), False)),
        (IMAGES, lambda x: x + torch.linspace(-1, 1, x.shape[3])),
        (IMAGES, lambda x: torch.fft.irfft2(torch.fft.rfft2(x, norm="ortho"), s=x.shape[-2:], norm="ortho")),
        (STEPS, lambda x: torch.fft.rfft(x, dim=1).abs()),
        (STEPS, lambda x: torch.fft.fft2(x, dim=(-2, -1)).real),
        (SERIES, lambda x: torch.stft(x[:, 0], 4, return_complex=True, window=torch.ones(4)).abs()),
        (STEPS, lambda x: torch.einsum("bid,bjd,bkd->bijk", x, x, x)),
        (STEPS, lambda x: x.take_along_dim(x.argsort(1), 1)),
        (STEPS, lambda x: x.take_along_dim(x[..., :1].argmax(1, keepdim=True), 1)),
        (STEPS, lambda x: x + torch.randn(x.shape, generator=torch.Generator())),
        (STEPS, nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 3))),
        (SERIES, lambda x: F.max_pool1d(x, x.shape[2]).squeeze(-1)),
        (SERIES, lambda x: F.avg_pool1d(x, kernel_size=x.shape[2] // 2, stride=1)),
        (IMAGES, lambda x: F.avg_pool2d(x, x.shape[2:]).flatten(1)),
        (IMAGES, lambda x: F.max_pool2d(x, (x.shape[2], 1), stride=(1, 1))),
        (STEPS, lambda x: (x @ x.mT)[:, *torch.triu_indices(x.shape[1], x.shape[1], offset=1)]),
        (STEPS, lambda x: (x @ x.mT)[:, *torch.tril_indices(x.shape[1], x.shape[1])]),
        (STEPS, lambda x: x * math.sqrt(x.shape[1]) / math.log(x.shape[0], 2)),
        (STEPS, lambda x: x.new_zeros(math.ceil(x.shape[1] / 2), *divmod(x.shape[1], 4))),
    ],
)
def test_shapes_are_those_of_real_torch_and_no_size_is_fixed(text: str, function: Function) -> None:
    for sizes in SIZES:
        noted: list[tuple[int, ...]] = []

        def note(result: torch.Tensor, noted: list[tuple[int, ...]] = noted) -> None:
            noted.append(tuple(map(_size, result.shape)))

        found = region(lambda note=note: Applied(function, note), CallSpec({"x": _spec(text, sizes)}))
        assert isinstance(found, Region), found
        assert not [each.text for each in found.relations if each.text.split()[1:2] == ["=="]]
        real = function(torch.zeros(_spec(text, sizes).shape))
        assert noted == [tuple(real.shape)]


def test_a_matrix_that_is_of_no_image_is_refused() -> None:
    def misplaced(x: torch.Tensor) -> torch.Tensor:
        return F.affine_grid(torch.zeros(x.shape[0], 3, 3), x.size(), False)

    call = CallSpec({"x": _spec(IMAGES, SIZES[0])})
    assert "affine_grid does not run" in getattr(region(lambda: Applied(misplaced, print), call), "reason", "")


def test_packed_sequences_are_followed_for_every_batch_and_length(monkeypatch: pytest.MonkeyPatch) -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.LSTM(8, 4, batch_first=True)

        def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            steps = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            return rnn.pad_packed_sequence(self.layer(steps)[0], batch_first=True)[0]

    for kind in (nn.RNN, nn.LSTM, nn.GRU):
        monkeypatch.setattr(kind, "forward", kind.forward)
    for name in ("pack_padded_sequence", "pad_packed_sequence"):
        monkeypatch.setattr(rnn, name, getattr(rnn, name))
    packing.install()
    found = region(Packed, CallSpec({"x": _spec(STEPS, SIZES[0]), "lengths": spec("Int[batch]", batch=6)}))
    assert isinstance(found, Region), found
    assert not [each.text for each in found.relations if " == " in each.text]
