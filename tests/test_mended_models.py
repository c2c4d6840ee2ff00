"""Faults in modules that nothing calls: where they are found, and what their first fix writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text

HEAD = "import torch\nfrom einops import rearrange\nfrom torch import nn\n\n"

PROJECTED = """
class Mixed(nn.Module):
    def __init__(self, width=32, heads=4, head_width=16):
        super().__init__()
        self.heads = heads
        inner = heads * head_width
        self.project = nn.Linear(width, inner * {parts})
        self.back = nn.Linear(inner, width)

    def forward(self, signal):
        q, k, v = (rearrange(each, "b n (h d) -> b h n d", h=self.heads) for each in self.project(signal).chunk(3, -1))
        out = (q @ k.transpose(-1, -2)).softmax(-1) @ v
        return self.back(rearrange(out, "{joined}"{wrapped})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Conv1d(2, 32, 5)
        self.places = nn.Parameter(torch.zeros(1, 20, 32))
        self.first, self.second = Mixed(), Mixed()

    def forward(self, signal):
        x = rearrange(self.enter(signal), "b c n -> b n c") + self.places
        x = self.first(x) + x
        return self.second(x) + x
"""
RIGHT = {"parts": "3", "joined": "b h n d -> b n (h d)", "wrapped": ")"}

CASES = {
    "a whole that is cut into more parts than it has": (
        PROJECTED.format(**{**RIGHT, "parts": "5"}),
        "self.project = nn.Linear(width, inner * 3)",
    ),
    "an axis of one more than the next block's pattern has": (
        PROJECTED.format(**{**RIGHT, "wrapped": ").unsqueeze(1)"}),
        'return self.back(rearrange(out, "b h n d -> b n (h d)"))',
    ),
    "axes that a pattern puts in another order than the layer behind it takes": (
        PROJECTED.format(**{**RIGHT, "joined": "b h n d -> b (h d) n"}),
        'return self.back(rearrange(out, "b h n d -> b n (h d)"))',
    ),
    "a factor too many in a call between two layers": (
        """
class Net(nn.Module):
    def __init__(self, width=48, groups=4):
        super().__init__()
        self.groups = groups
        self.enter = nn.Embedding(100, width)
        self.inner = nn.Linear(width, width)
        self.gate = nn.Linear(width, groups)
        self.head = nn.Linear(width, 7)

    def forward(self, ids):
        x = self.enter(ids)
        parts = rearrange(self.inner(x), "b n (g d) -> b n g d", g=self.groups * 2)
        weighed = parts * self.gate(x).sigmoid().unsqueeze(-1)
        return self.head(rearrange(weighed, "b n g d -> b n (g d)"))
""",
        'parts = rearrange(self.inner(x), "b n (g d) -> b n g d", g=self.groups)',
    ),
    "axes put in another order than the layer behind takes": (
        """
class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.maps, self.norm = nn.Conv2d(channels, channels, 3, padding=1), nn.LayerNorm(channels)

    def forward(self, image):
        cells = self.maps(image).permute(0, 2, 1, 3)
        return self.norm(cells).permute(0, 3, 1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.first, self.second = nn.Conv2d(3, 24, 4, stride=4), Block(24), Block(40)
        self.between = nn.Conv2d(24, 40, 1)

    def forward(self, image):
        return self.second(self.between(self.first(self.enter(image))))
""",
        "cells = self.maps(image).permute(0, 2, 3, 1)",
    ),
    "a size handed to a module of one's own": (
        """
class Stage(nn.Module):
    def __init__(self, width, wider):
        super().__init__()
        self.grown = nn.Linear(width, wider)

    def forward(self, states):
        return self.grown(states).relu()


class Net(nn.Module):
    def __init__(self, width=24, wider=40):
        super().__init__()
        self.enter = nn.Embedding(100, width)
        self.stage = Stage(width, width)
        self.norm, self.mixed = nn.LayerNorm(wider), nn.Linear(wider, wider)
        self.head = nn.Linear(width + wider, 5)

    def forward(self, ids):
        x = self.enter(ids)
        grown = self.mixed(self.norm(self.stage(x)))
        return self.head(torch.cat((x, grown), dim=-1))
""",
        "self.stage = Stage(width, wider)",
    ),
    "heads that are lacking whatever the batch and the length": (
        """
class Net(nn.Module):
    def __init__(self, width=24, heads=3):
        super().__init__()
        self.words, self.heads = nn.Embedding(100, width), heads
        self.keys, self.values = nn.Linear(width, heads), nn.Linear(width, width)

    def forward(self, input_ids):
        x = self.words(input_ids)
        shape = (*x.shape[:-1], -1, 8)
        keys, values = self.keys(x).view(shape), self.values(x).view(shape)
        return keys.transpose(1, 2) @ values.transpose(1, 2).transpose(2, 3)
""",
        "self.keys, self.values = nn.Linear(width, heads * 8), nn.Linear(width, width)",
    ),
    "a layer that only another class reads under its name": (
        """
class Plain(nn.Module):
    def __init__(self, length=20, width=24, mixer=nn.Linear):
        super().__init__()
        self.along, self.across = mixer(length, length), mixer(width, width)

    def forward(self, x):
        return self.across(self.along(x.transpose(1, 2)).transpose(1, 2))


class Net(nn.Module):
    def __init__(self, length=20, width=24, mixer=nn.Linear):
        super().__init__()
        self.enter = nn.Conv1d(2, width, 5)
        self.along = mixer(length, length)
        self.across = mixer(width, width)
        self.places = nn.Parameter(torch.zeros(length, width))

    def forward(self, signal):
        x = rearrange(self.enter(signal), "b c n -> b n c") + self.places
        x = x + self.across(x.transpose(1, 2)).transpose(1, 2)
        return x + self.across(x)
""",
        "x = x + self.along(x.transpose(1, 2)).transpose(1, 2)",
    ),
    "a table that the constructor cannot make": (
        """
class Net(nn.Module):
    def __init__(self, length=20, width=24):
        super().__init__()
        self.words = nn.Embedding(100, width)
        angles = torch.arange(length).float().outer(torch.arange(width // 2).float())
        self.register_buffer("waves", torch.stack((angles.sin(), angles.cos()), dim=3).flatten(1))

    def forward(self, ids):
        return self.words(ids) + self.waves[: ids.shape[1]]
""",
        'self.register_buffer("waves", torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1))',
    ),
    "places that were written over in a table": (
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.kinds = nn.Embedding(100, 24), nn.Embedding(2, 24)
        self.places = nn.Embedding(20, 24)
        self.register_buffer("where", torch.empty(1, 20, dtype=torch.long))
        self.where.copy_(torch.arange(20))

    def forward(self, ids):
        where = self.kinds(self.where[:, : ids.shape[1]])
        return self.words(ids) + where
""",
        "where = self.places(self.where[:, : ids.shape[1]])",
    ),
    "a batch moved away before the layers of a block": (
        """
class Block(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 48), nn.GELU(), nn.Linear(48, width))

    def forward(self, tokens):
        return self.layers(tokens.transpose(0, 1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Embedding(100, 24)
        self.block = Block()

    def forward(self, ids):
        x = self.enter(ids)
        return self.block(x) + x
""",
        "return self.layers(tokens)",
    ),
    "a projection that is laid out otherwise than those beside it": (
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Embedding(100, 24)
        self.ask, self.offer, self.carry = nn.Linear(24, 24), nn.Linear(24, 24), nn.Linear(24, 24)

    def forward(self, ids):
        x = self.enter(ids)
        batch, time, _ = x.shape
        asked = self.ask(x).view(batch, time, 3, 8).transpose(1, 2)
        offered = self.offer(x).view(batch, time, 3, 8).transpose(0, 2)
        carried = self.carry(x).view(batch, time, 3, 8).transpose(1, 2)
        return (asked @ offered.transpose(-1, -2)).softmax(-1) @ carried
""",
        "offered = self.offer(x).view(batch, time, 3, 8).transpose(1, 2)",
    ),
    "a fault on one of two ways to be called": (
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(100, 25)
        self.norm = nn.LayerNorm(24)
        self.out = nn.Linear(24, 24)

    def forward(self, input_ids: torch.LongTensor | None = None, inputs_embeds: torch.Tensor | None = None):
        if inputs_embeds is None:
            inputs_embeds = self.words(input_ids)
        return self.out(self.norm(inputs_embeds))
""",
        "self.words = nn.Embedding(100, 24)",
    ),
    "vectors of one table that are as wide as it is long": (
        """
class Net(nn.Module):
    def __init__(self, words=90, kinds=3, width=24):
        super().__init__()
        self.words = nn.Embedding(words, words)
        self.kinds = nn.Embedding(kinds, width)
        self.out = nn.Linear(width, 5)

    def forward(self, ids):
        kinds = self.kinds(torch.zeros_like(ids))
        return self.out(self.words(ids) + kinds)
""",
        "self.words = nn.Embedding(words, width)",
    ),
    "a line without the axis that the line beside it puts in": (
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(32, 5)

    def forward(self, image):
        rows = torch.arange(image.shape[-2] * image.shape[-1])
        columns = torch.arange(image.shape[-2] * image.shape[-1])
        rates = torch.arange(16) / 15
        rows = rows.flatten() * rates[None, :]
        columns = columns.flatten()[:, None] * rates[None, :]
        places = torch.cat((rows, columns), dim=1)
        return self.head(places + image.mean())
""",
        "rows = rows.flatten()[:, None] * rates[None, :]",
    ),
    "a width in the place of what the lines above give it times": (
        """
class Net(nn.Module):
    def __init__(self, width=24, heads=3, value_width=20):
        super().__init__()
        self.heads = heads
        self.ask = nn.Linear(width, width)
        self.hold = nn.Linear(width, value_width * heads)
        self.back = nn.Linear(value_width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, embeds):
        q = rearrange(self.ask(embeds), "b n (h d) -> b h n d", h=self.heads)
        v = rearrange(self.hold(embeds), "b n (h d) -> b h n d", h=self.heads)
        out = (q @ q.transpose(-1, -2)).softmax(-1) @ v
        return self.norm(self.back(rearrange(out, "b h n d -> b n (h d)")))
""",
        "self.back = nn.Linear(value_width * heads, width)",
    ),
    "a bare factor in the place of a width times it": (
        """
class Net(nn.Module):
    def __init__(self, width=24, inner=40):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.parts = nn.Linear(width, 3)
        self.back = nn.Linear(inner, width)

    def forward(self, embeds):
        q, k, v = self.parts(self.norm(embeds)).chunk(3, dim=-1)
        return self.back((q @ k.transpose(-1, -2)).softmax(-1) @ v)
""",
        "self.parts = nn.Linear(width, inner * 3)",
    ),
    "a norm twice as wide as the layers whose outputs are joined, before windows": (
        """
class Scaled(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, width, 1, 1))

    def forward(self, x):
        return x * self.gain


class Net(nn.Module):
    def __init__(self, width=24, window=7):
        super().__init__()
        self.window = window
        shares = ((3, 16), (5, 8))
        self.stems = nn.ModuleList(nn.Conv2d(3, share, size, 4, size // 2) for size, share in shares)
        self.scaled = Scaled(2 * width)

    def forward(self, x):
        x = self.scaled(torch.cat([stem(x) for stem in self.stems], dim=1))
        cells = rearrange(x, "b d (h p) (w q) -> (b h w) (p q) d", p=self.window, q=self.window)
        return cells.mean(1)
""",
        "self.scaled = Scaled(width)",
    ),
    "axes exchanged before attention, far from where they meet": (
        """
class Mixed(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm, self.heads = nn.LayerNorm(width), heads
        self.project, self.back = nn.Linear(width, width * 3), nn.Linear(width, width)

    def forward(self, x):
        x = self.norm(x.transpose(0, 1))
        q, k, v = self.project(x).chunk(3, dim=-1)
        q, k, v = (rearrange(each, "b n (h d) -> b h n d", h=self.heads) for each in (q, k, v))
        out = torch.einsum("b h i d, b h j d -> b h i j", q, k).softmax(-1)
        return self.back(rearrange(torch.einsum("b h i j, b h j d -> b h i d", out, v), "b h n d -> b n (h d)"))


class Net(nn.Module):
    def __init__(self, image_size=32, width=24, heads=4):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 4, stride=4)
        self.mixed = Mixed(width, heads)

    def forward(self, image):
        x = rearrange(self.stem(image), "b c h w -> b (h w) c")
        return self.mixed(x) + x


Net(image_size=32)
""",
        "x = self.norm(x)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_fix_of_a_module_writes_what_was_meant(
    case: str, tmp_path: Path, warm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, meant = CASES[case]
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.py"
    path.write_text(HEAD + text, "utf-8")
    report = check([f"{path}::Net"], Options(time_budget=60), sandbox=warm)
    assert [each.rule for each in report.findings], report.targets[0].reason
    fix = report.findings[0].fixes[0]
    assert fix.verdict != "unverified", fix.title
    assert meant in [line.strip() for line in apply_to_text(HEAD + text, fix.edits).splitlines()]


def test_what_fails_behind_with_sizes_that_were_only_tried_is_not_told(tmp_path: Path, warm: Sandbox) -> None:
    text, _ = CASES["a norm twice as wide as the layers whose outputs are joined, before windows"]
    path = tmp_path / "model.py"
    path.write_text(HEAD + text, "utf-8")
    report = check([f"{path}::Net"], Options(time_budget=60), sandbox=warm)
    assert [each.rule for each in report.findings] == ["broadcast-mismatch"]
    assert report.targets[0].status == "checked"


def test_two_faults_that_no_input_mends_are_both_told(tmp_path: Path, warm: Sandbox) -> None:
    text, _ = CASES["a norm twice as wide as the layers whose outputs are joined, before windows"]
    both = text.replace("cells.mean(1)", "torch.cat((cells.mean(1), torch.zeros(3, 5)))")
    path = tmp_path / "model.py"
    path.write_text(HEAD + both, "utf-8")
    report = check([f"{path}::Net"], Options(time_budget=60), sandbox=warm)
    assert [each.rule for each in report.findings] == ["broadcast-mismatch", "join-mismatch"]
