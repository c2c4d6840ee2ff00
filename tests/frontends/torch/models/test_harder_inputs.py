"""Inputs that no single look tells: each model runs on just these, and is checked on them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from einops import rearrange
from torch import nn

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Target
from axiswise.frontends.torch.models.beginning import in_step
from axiswise.frontends.torch.models.ideas import made
from axiswise.frontends.torch.models.specs import CallSpec


def checked(model: nn.Module) -> Target:
    report = axiswise.check(model, Options(time_budget=60))
    assert not report.findings
    (target,) = report.targets
    return target


class Grid(nn.Module):
    """Looks up codes on a grid: any number of axes would do but for what the docstring says."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.out = nn.Embedding(50, 16), nn.Conv2d(16, 8, 1)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        """Turn codes into maps.

        Args:
            codes (`torch.LongTensor`):
                Codes of the parts of an image, with shape
                `(batch_size, height, width)`.
        """
        return self.out(self.embed(codes).permute(0, 3, 1, 2))


class Frames(nn.Module):
    """Needs numbers that may be left out: of how many frames, and of what size, its series is."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(12, 16)

    def forward(
        self, series: torch.Tensor, frames: int | None = None, height: int | None = None, width: int | None = None
    ) -> torch.Tensor:
        places = torch.cartesian_prod(torch.arange(frames), torch.arange(height), torch.arange(width))
        return self.inner(series) + places.float().sum(-1)[None, :, None]


class Conditions(nn.Module):
    """Joins a vector and each number's embedding of 256: the layer takes 1024 of both together."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(1024, 8)

    def forward(self, pooled: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        batch, count = sizes.shape
        waves = sizes[..., None].float() * torch.arange(256)
        return self.out(torch.cat([pooled, waves.view(batch, count * 256)], dim=1))


class Hinted(nn.Module):
    """Adds a hint, an image eight times as large, to a map."""

    def __init__(self) -> None:
        super().__init__()
        self.into, self.norm = nn.Conv2d(4, 8, 3, padding=1), nn.LayerNorm((8, 24, 24))
        self.down = nn.Sequential(*(nn.Conv2d(each, 8, 3, stride=2, padding=1) for each in (3, 8, 8)))

    def forward(self, sample: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        # condition: (batch, 3, rows, columns)
        return self.norm(self.into(sample)) + self.down(condition)


class Parts(nn.Module):
    """Takes a series part by part, a frame of its own first: of twelve steps there is no part."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(10, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (batch, time, 10)
        x = self.inner(x).relu()
        return torch.cat([x[:, at : at + 12] for at in range(1, x.shape[1] - 11, 12)], dim=1)


class Frequencies(nn.Module):
    """Weighs the lowest of a series' frequencies: a longer one has more than it looks at."""

    def __init__(self, width: int = 32, kept: int = 8) -> None:
        super().__init__()
        self.kept = kept
        self.lift, self.out = nn.Linear(1, width), nn.Linear(width, 1)
        self.weight = nn.Parameter(torch.randn(width, width, kept, dtype=torch.cfloat))

    def forward(self, u: torch.Tensor) -> torch.Tensor:  # (batch, n, 1)
        lifted = self.lift(u).transpose(1, 2)
        found = torch.fft.rfft(lifted)
        weighed = torch.zeros_like(found)
        weighed[:, :, : self.kept] = torch.einsum("bim,iom->bom", found[:, :, : self.kept], self.weight)
        return self.out((lifted + torch.fft.irfft(weighed, n=lifted.size(-1))).transpose(1, 2))


class Filtered(nn.Module):
    """Sums powers of a matrix that is square, which no single conflict tells, by weights."""

    def __init__(self, wide: int = 16, narrow: int = 8, order: int = 3) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(order, wide, narrow))

    def forward(self, x: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        powers = [torch.eye(shift.size(0)), shift]
        for _ in range(2, self.weight.size(0)):
            powers.append(2 * shift @ powers[-1] - powers[-2])
        return torch.stack([power @ x @ weight for power, weight in zip(powers, self.weight, strict=True)]).sum(0)


def test_a_vector_that_may_have_more_axes_is_no_fault() -> None:
    assert checked(Filtered()).status in ("checked", "partial")


class Messages(nn.Module):
    """Joins two nodes and an edge: of which size each is, only the cell behind tells."""

    def __init__(self, node: int = 16, edge: int = 4, hidden: int = 32) -> None:
        super().__init__()
        self.message, self.update = nn.Linear(2 * node + edge, hidden), nn.GRUCell(hidden, node)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor, edge_attr: torch.Tensor) -> torch.Tensor:
        source, target = edge_index
        sent = self.message(torch.cat([x[source], x[target], edge_attr], dim=-1))
        return self.update(torch.zeros(x.size(0), sent.size(1)).index_add_(0, target, sent), x)


class Compared(nn.Module):
    """Compares two of a kind by names of one letter, which say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(64, 16)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.cosine_similarity(self.inner(a), self.inner(b), dim=-1)


class SixHeads(nn.Module):
    """Has as many heads as a batch is tried with: the mask's second axis is theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.places = nn.Linear(48, 3 * 48), nn.Parameter(torch.zeros(17, 48))

    def forward(self, x: torch.Tensor, attn_mask: torch.Tensor) -> torch.Tensor:
        b, n, _ = x.shape
        q, k, v = self.qkv(x + self.places).view(b, n, 3, 6, 8).permute(2, 0, 3, 1, 4)
        return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask).transpose(1, 2).reshape(b, n, 48)


class SixLayers(nn.Module):
    """Has as many layers as a batch is tried with: the state's first axis is theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(12, 20, num_layers=6, batch_first=True)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return self.rnn(x, h)[0]


class Chunks(nn.Module):
    """Takes means of five steps each."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(16, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, t, c = x.shape
        return self.inner(x.view(b, t // 5, 5, c).mean(2))


class Spectra(nn.Module):
    """Takes signals that are long enough to be mirrored at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(33, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectra = torch.stft(x, 64, 16, window=torch.hann_window(64), return_complex=True)
        return self.inner(spectra.abs().transpose(1, 2))


class Steps(nn.Module):
    """Takes a step for each example; for each frame of it only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(1, 24), nn.Linear(16, 24)

    def forward(self, x: torch.Tensor, timestep: torch.Tensor, framewise: bool = False) -> torch.Tensor:
        moved = self.inner(timestep.unsqueeze(-1))
        if framewise:
            b, f = timestep.shape
            return self.outer(x).transpose(1, 2) + moved.view(b, f, 24).transpose(1, 2)
        return self.outer(x).transpose(1, 2) + moved.unsqueeze(-1)


class Tabled(nn.Module):
    """Has a place for each of 36 pixels of its maps: only an image of one size leaves so many."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.places = nn.Conv2d(3, 16, 8, 8), nn.Parameter(torch.randn(36))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch(x)
        return x + rearrange(self.places, "(h w) -> () () h w", h=x.shape[2], w=x.shape[3])


class Biased(nn.Module):
    """Attends over pixels, with a bias for each two of 36 of them."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.bias = nn.Conv2d(3, 16, 8, 8), nn.Parameter(torch.randn(2, 36, 36))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pixels = rearrange(self.patch(x), "b (h d) x y -> b h (x y) d", h=2)
        scores = torch.einsum("b h i d, b h j d -> b h i j", pixels, pixels) + self.bias
        return torch.einsum("b h i j, b h j d -> b h i d", scores.softmax(-1), pixels)


class Clips(nn.Module):
    """Takes clips of one length, and says so; what it makes of them may be given instead."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.head = nn.Conv1d(40, 16, 3), nn.Linear(16, 4)

    def forward(self, input_features: torch.Tensor, states: tuple[tuple[torch.Tensor]] | None = None) -> torch.Tensor:
        if states is None:
            if input_features.shape[-1] != 700:
                raise ValueError(f"expected clips of length 700, but found {input_features.shape[-1]}")
            states = (self.encoder(input_features).transpose(1, 2),)
        return self.head(states[0]).mean(1)


def test_a_length_that_has_to_be_long_enough_keeps_its_name() -> None:
    target = checked(Frequencies())
    assert dict(target.inputs) == {"u": "Float[batch n 1]"}
    assert target.holds_for == ("batch >= 1", "n >= 14")


@pytest.mark.parametrize(
    ("model", "inputs", "limit"),
    [(Chunks(), "Float[b t 16]", "t divisible by 5"), (Spectra(), "Float[batch length]", "length >= 33")],
    ids=lambda each: type(each).__name__ if isinstance(each, nn.Module) else "",
)
def test_a_length_that_was_corrected_to_a_number_may_be_others(model: nn.Module, inputs: str, limit: str) -> None:
    target = checked(model)
    assert dict(target.inputs) == {"x": inputs}
    assert limit in target.holds_for


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (Grid(), {"codes": "Int[batch_size height width]"}),
        (Frames(), {"series": "Float[batch 128 12]"}),
        (Parts(), {"x": "Float[batch time 10]"}),
        (Messages(), {"x": "Float[batch 16]", "edge_index": "Int[2 edges]", "edge_attr": "Float[edges 4]"}),
        (Compared(), {"a": "Float[batch 64]", "b": "Float[batch 64]"}),
        (Steps(), {"x": "Float[batch time 16]", "timestep": "Float[batch]"}),
        (Tabled(), {"x": "Float[batch 3 height width]"}),
        (Biased(), {"x": "Float[batch 3 height width]"}),
        (Clips(), {"input_features": "Float[batch 40 700]"}),
        (SixHeads(), {"x": "Float[b 17 48]", "attn_mask": "Bool[b 6 17 17]"}),
        (SixLayers(), {"x": "Float[batch time 12]", "h": "Float[6 batch 20]"}),
        (Hinted(), {"sample": "Float[batch 4 24 24]", "condition": "Float[batch 3 rows columns]"}),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, nn.Module) else "",
)
def test_what_a_model_takes_is_found(model: nn.Module, inputs: Mapping[str, str]) -> None:
    target = checked(model)
    assert (target.status, dict(target.inputs)) == ("checked", inputs)


def test_two_inputs_that_share_a_layers_features_fill_them() -> None:
    target = checked(Conditions())
    features, count = (int(each.rstrip("]").split()[-1]) for each in target.inputs.values())
    assert (target.status, features + 256 * count) == ("checked", 1024)


@pytest.mark.parametrize(
    ("mask", "axes"),
    [
        ("encoder_attention_mask", ("batch", "words")),
        ("text_mask", ("batch", "time")),
        ("attention_mask", ("batch", "source_time")),  # of nothing by name
        ("image_mask", ("batch", "source_time")),  # a map is no series
    ],
)
def test_a_mask_is_as_long_as_what_it_masks_by_name(mask: str, axes: tuple[str, ...]) -> None:
    given = {
        "encoder_hidden_states": made("Float", ("batch", "words", "features")),
        "text_ids": made("Int", ("batch", "time")),
        "image": made("Float", ("batch", "channels", "height", "width")),
    }
    call = in_step(CallSpec({**given, mask: made("Bool", ("batch", "source_time"))}))
    assert tuple(axis.name for axis in dict(call.tensors())[mask].axes) == axes
