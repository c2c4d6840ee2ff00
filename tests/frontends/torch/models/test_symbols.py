"""For which sizes modules of many kinds work: the texts, and that real torch agrees at sizes around them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.symbols import Region, Stopped
from tests.frontends.torch.models.symbolic_models import fault, proof, region, spec


class PositionTable(nn.Module):
    def __init__(self, offset: int = 0) -> None:
        super().__init__()
        self.tokens, self.positions, self.offset = nn.Embedding(100, 32), nn.Embedding(64, 32), offset

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.tokens(x) + self.positions(torch.arange(x.size(1)) + self.offset)


class PositionBuffer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Embedding(16, 8)
        self.register_buffer("ids", torch.arange(64).expand((1, -1)), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.positions(self.ids[:, : x.size(1)])


class RelativeBias(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(2 * 10 - 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps = torch.arange(x.size(1))
        return x @ x.transpose(1, 2) + self.bias[steps[:, None] - steps[None, :] + 9]


class LearnedPositions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(1, 64, 32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table[:, : x.size(1)]


class Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(3 * 16 * 16, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // 16, 16, w // 16, 16).permute(0, 2, 4, 1, 3, 5)
        return self.project(x.reshape(b, (h // 16) * (w // 16), -1))


class FlattenedHead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8 * 30 * 30, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.conv(x).flatten(1))


class FixedView(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), 4, 8)


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(3 if level == 0 else 8, 8, 3, padding=1) for level in range(4)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2) for _ in range(3)])
        self.join = nn.ModuleList([nn.Conv2d(16, 8, 3, padding=1) for _ in range(3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for level in range(3):
            x = self.down[level](x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.down[3](x)
        for level in range(3):
            x = self.join[level](torch.cat([self.up[level](x), kept.pop()], 1))
        return x


class Chunked(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.size(1) > 512:
            return torch.cat([x[:, :512] * 2, x[:, 512:] * 2], 1)
        return x * 2


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.head = nn.LSTM(16, 32, 2, batch_first=True, bidirectional=True), nn.Linear(64, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(x)[0][:, -1])


class Normalised(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear, self.norm = nn.Linear(16, 8), nn.BatchNorm1d(8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.linear(x))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.heads = nn.Linear(32, 96), 4

    def forward(self, x: torch.Tensor, cache: torch.Tensor | None = None) -> torch.Tensor:
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        if cache is not None:
            k = torch.cat([cache, k], 2)
        scores = (q @ k.transpose(-1, -2)).masked_fill(~torch.tril(torch.ones(t, t, dtype=torch.bool)), -1e9)
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c)


class Symmetric(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + x.transpose(1, 2)


class Strided(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv1d(4, 4, 5, stride=2), nn.Conv1d(4, 4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x))


class Squeezed(nn.Module):
    """Its pooled axis is squeezed away where it has one element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool1d(x, 4).squeeze(2).transpose(1, 2)


class Pyramid(nn.Module):
    """Halves twice, rounding up, and adds what is doubled again: 8 more rows, or one less, fit as well."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1)
        self.coarsest = nn.Conv2d(8, 8, 3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fine = self.fine(x)
        coarse = self.coarse(fine)
        coarse = coarse + F.interpolate(self.coarsest(coarse), scale_factor=2.0)
        return fine + F.interpolate(coarse, scale_factor=2.0)


class Cells(nn.Module):
    """Attends over the cells of a grid that has a table of rows: one cell alone goes another way."""

    def __init__(self) -> None:
        super().__init__()
        self.cut, self.rows = nn.Conv2d(3, 8, 16, 16), nn.Parameter(torch.zeros(20, 8))
        self.layer = nn.MultiheadAttention(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        cells = self.cut(x)
        rows, columns = cells.shape[-2:]
        placed = cells.flatten(2).permute(2, 0, 1) + self.rows[:rows].repeat_interleave(columns, 0).unsqueeze(1)
        return self.layer(placed, placed, placed)[0]


class OnItsMean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2 if x.mean() > 0 else x


class Stepwise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = torch.zeros(x.size(0), 8)
        for step in range(x.size(1)):
            state = self.cell(x[:, step], state)
        return state


IDS = spec("Int[batch time]", highest=99, batch=2, time=8)
IMAGE = spec("Float[batch 3 height width]", batch=2, height=32, width=32)

KINDS = [
    (PositionTable, IDS, ("batch >= 1", "time <= 64")),
    (lambda: PositionTable(2), IDS, ("batch >= 1", "time <= 62")),
    (PositionBuffer, spec("Float[batch time 8]", batch=2, time=4), ("batch >= 1", "time <= 16")),
    (RelativeBias, spec("Float[batch time 8]", batch=2, time=4), ("batch >= 1", "time <= 10")),
    (LearnedPositions, spec("Float[batch time 32]", batch=2, time=8), ("batch >= 1", "time <= 64")),
    (Patches, IMAGE, ("batch >= 1", "height divisible by 16", "width divisible by 16")),
    (FlattenedHead, IMAGE, ("batch >= 1", "height * width == 2 * height + 2 * width + 896")),
    (FixedView, spec("Float[batch rows columns]", batch=2, rows=8, columns=4), ("batch >= 1", "rows * columns == 32")),
    (UNet, IMAGE, ("batch >= 1", "height divisible by 8", "width divisible by 8")),
    (Chunked, spec("Float[batch time 8]", batch=2, time=8), ("batch >= 1", "time >= 1")),
    (Recurrent, spec("Float[batch time 16]", batch=2, time=8), ("batch >= 1", "time >= 1")),
    (Normalised, spec("Float[batch 16]", batch=3), ("batch >= 2",)),
    (Attention, spec("Float[batch time 32]", batch=2, time=8), ("batch >= 1", "time >= 1")),
    (Symmetric, spec("Float[batch rows columns]", batch=2, rows=5, columns=5), ("batch >= 1", "rows == columns")),
    (Strided, spec("Float[batch 4 time]", batch=2, time=32), ("batch >= 1", "time >= 13")),
    (Pyramid, IMAGE, ("batch >= 1", "height % 8 in (0, 7)", "width % 8 in (0, 7)")),
    (Cells, IMAGE, ("batch >= 1", "height >= 16", "height <= 335", "width >= 16")),
    (OnItsMean, spec("Float[batch time]", batch=2, time=8), ("batch >= 1", "time >= 1")),
    (nn.Identity, spec("Float[batch time]", batch=1, time=1), ("batch >= 1", "time >= 1")),
]


def _argument(build: Callable[[], nn.Module]) -> str:
    return "input" if build is nn.Identity else "x"


@pytest.mark.parametrize(("build", "given", "texts"), KINDS)
def test_what_holds_is_said_in_the_users_names_and_real_torch_agrees(
    build: Callable[[], nn.Module], given: object, texts: tuple[str, ...]
) -> None:
    call = CallSpec({_argument(build): given})
    found = proof(build, call)
    assert found.holds_for == texts
    assert found.symbolic == frozenset(call.sizes())
    assert found.reason == ""
    for constraint in found.constraints:
        assert fault(build, call.resized(constraint.sizes)) is not None
    unbounded = {text for text in texts if text.endswith(" >= 1")}
    assert {constraint.text for constraint in found.constraints} == set(texts) - unbounded


def test_an_axis_that_has_one_size_is_told_as_a_number() -> None:
    call = CallSpec({"x": spec("Float[batch 3 32 width]", batch=2, width=32)})
    found = proof(FlattenedHead, call)
    assert found.holds_for == ("batch >= 1",)
    assert found.numbers == {"width": 32}
    (constraint,) = found.constraints
    assert constraint.text == "width == 32"
    assert fault(FlattenedHead, call.resized(constraint.sizes)) is not None


def test_an_axis_that_is_one_long_on_the_way_is_tried() -> None:
    found = proof(Squeezed, CallSpec({"x": spec("Float[batch 3 time]", batch=2, time=24)}))
    assert found.holds_for == ("batch >= 1", "time >= 8")


def test_an_axis_that_python_counts_is_only_tried() -> None:
    found = proof(Stepwise, CallSpec({"x": spec("Float[batch time 8]", batch=2, time=5)}))
    assert found.holds_for == ("batch >= 1",)
    assert found.symbolic == {"batch"}
    assert {sizes["time"] for sizes in found.examples} == {5, 6}
    assert "time" in found.reason


class OnNumbers(nn.Module):
    """What it is written in wants numbers."""

    def __init__(self, axes: int) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if any(type(size) is not int for size in x.shape[: self.axes]):
            raise NotImplementedError("numbers only")
        return x


def test_where_symbols_fail_nothing_is_claimed() -> None:
    call = CallSpec({"x": spec("Float[batch time]", batch=2, time=5)})
    assert isinstance(region(lambda: OnNumbers(2), call), Stopped)
    found = proof(lambda: OnNumbers(2), call)
    assert (found.holds_for, found.symbolic) == ((), frozenset())
    assert found.reason


def test_an_axis_that_symbols_fail_for_has_its_size_and_the_others_are_followed() -> None:
    found = proof(lambda: OnNumbers(1), CallSpec({"x": spec("Float[batch time]", batch=2, time=5)}))
    assert (found.holds_for, found.symbolic) == (("time >= 1",), {"time"})
    assert found.reason


def test_a_run_leaves_no_trace_in_the_module() -> None:
    class Remembering(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[object] = []
            self.last: object = None

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.last = x
            self.seen.append(x.shape[0])
            return x

    model = Remembering()
    found = region(lambda: model, CallSpec({"x": spec("Float[batch]", batch=3)}))
    assert isinstance(found, Region)
    assert (model.seen, model.last) == ([], None)
