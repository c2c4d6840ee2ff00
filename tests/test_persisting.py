"""Inputs that hang together: sizes two runs tell, entries an error names, ideas that are taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Target
from axiswise.sandbox import Sandbox

HEAD = """import torch
from torch import nn


"""
TOLD = (
    HEAD
    + '''class Told(nn.Module):
    """Each number of two is told by eight features."""

    def __init__(self):
        super().__init__()
        self.body, self.told = nn.Linear(12, 16), nn.Linear(4 * 8, 16)

    def forward(self, x, extent, corner):
        near = torch.cat([extent, corner], dim=1).flatten()
        waves = torch.sin(near[:, None] * torch.arange(8)).view(x.shape[0], -1)
        return self.body(x) + self.told(waves)
'''
)
SCALED = (
    HEAD
    + """class Hinted(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(4, 16, 3, padding=1)
        self.hint = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, stride=2), nn.Conv2d(8, 16, 3, padding=1, stride=2))

    def forward(self, latents, picture):
        return self.body(latents) + self.hint(picture)
"""
)
TEXT = (
    HEAD
    + '''class Labelled(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.table = nn.Linear(12, 16), nn.Embedding(10, 16)

    def forward(self, pixels, labels=None):
        """Add what each label stands for.

        Args:
            labels: of shape `(batch, classes)`.
        """
        return torch.einsum("bd,bd->b", self.body(pixels), self.table(labels))
'''
)
OPENED = (
    HEAD
    + """class Told(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide, self.tall = nn.Linear(6, 16), nn.Linear(7, 16)

    def forward(self, width, height):
        return self.wide(width) + self.tall(height)


class Conditioned(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.told = nn.Linear(12, 16), Told()

    def forward(self, x, conditions: dict[str, torch.Tensor] | None = None):
        if conditions is None:
            raise ValueError("`conditions` must be given")
        return self.body(x) + self.told(**conditions)
"""
)
GRIDS = (
    HEAD
    + """class Placed(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(12, 16)

    def forward(self, x, grids: list[tuple[int, int]] | None = None):
        rows, columns = grids[0]
        places = torch.arange(rows * columns)[None, :, None]
        return self.body(x) + places
"""
)
PAIRS = (
    HEAD
    + """class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.tokens = nn.Linear(12, 16), nn.Linear(9, 16)

    def forward(self, pairs, x):
        whole = [self.tokens(tokens) * mask[..., None] for tokens, mask in pairs]
        return torch.cat([self.body(x), *whole], dim=1)
"""
)
FRAMES = (
    HEAD
    + """class Halved(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Conv3d(3, 8, (5, 3, 3)), nn.Conv3d(16, 8, 1)

    def forward(self, film):
        led = torch.cat([film[:, :, :1], film], dim=2)
        return self.head(self.body(led).unflatten(2, (-1, 2)).permute(0, 1, 3, 2, 4, 5).flatten(1, 2))
"""
)
MATRIX = (
    HEAD
    + """class Products(nn.Module):
    def __init__(self):
        super().__init__()
        self.sides, self.out = nn.Linear(16, 24), nn.Linear(12, 16)

    def forward(self, cells):
        left, right = self.sides(cells).chunk(2, dim=-1)
        return cells + self.out(torch.einsum("bikc,bjkc->bijc", left, right))
"""
)
CODES = (
    HEAD
    + """class Codes(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.dim, self.book = dim, nn.Embedding(20, dim)

    def forward(self, z):
        rows = z.permute(0, 2, 3, 1).contiguous()
        flat = rows.view(-1, self.dim)
        near = (flat[:, None] - self.book.weight).pow(2).sum(-1).argmin(1)
        return self.book(near).view(rows.shape).permute(0, 3, 1, 2), near.view(rows.shape[:-1])
"""
)
RAYS = (
    HEAD
    + """class Rays(nn.Module):
    def __init__(self, waves=4):
        super().__init__()
        self.waves, self.field = waves, nn.Linear(3 + 6 * waves, 16)

    def forward(self, origins, directions, depths):
        points = origins[:, None, :] + directions[:, None, :] * depths[..., None]
        turns = points[..., None] * 2.0 ** torch.arange(self.waves)
        return self.field(torch.cat([points, turns.sin().flatten(-2), turns.cos().flatten(-2)], -1))
"""
)
LOSS = (
    HEAD
    + """class Scored(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 1)

    def forward(self, x, y):
        return nn.functional.mse_loss(self.body(x), y)
"""
)
STEP = (
    HEAD
    + """class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.value = nn.Linear(8, 16), nn.Linear(16, 1)

    def forward(self, seen, advantage, returns, before):
        h = self.body(seen)
        ratio = (h.sum(-1) - before).exp()
        gain = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
        return nn.functional.mse_loss(self.value(h).squeeze(-1), returns) - gain
"""
)
LEARNER = (
    HEAD
    + """class Learner(nn.Module):
    def __init__(self):
        super().__init__()
        self.values = nn.Linear(8, 4)

    def forward(self, state, action, reward, following, done):
        taken = self.values(state).gather(1, action.unsqueeze(1)).squeeze(1)
        best = self.values(following).max(1).values
        return nn.functional.smooth_l1_loss(taken, reward + 0.9 * best * (1 - done))
"""
)


@pytest.mark.parametrize(
    ("text", "name", "inputs"),
    [
        (TOLD, "Told", {"extent": "Float[batch 2]", "corner": "Float[batch 2]"}),
        (SCALED, "Hinted", {"picture": "Float[batch 3 height width]"}),
        (TEXT, "Labelled", {"labels": "Int[batch]"}),
        (OPENED, "Conditioned", {"conditions['width']": "Float[batch 6]", "conditions['height']": "Float[batch 7]"}),
        (GRIDS, "Placed", {"x": "Float[batch 16 12]"}),
        (PAIRS, "Joined", {"pairs[0][0]": "Float[batch 9]", "pairs[0][1]": "Bool[batch]"}),
        (MATRIX, "Products", {"cells": "Float[batch length length 16]"}),
        (CODES, "Codes", {"z": "Int[batch 24 height width]"}),
        (RAYS, "Rays", {"origins": "Float[batch 3]", "directions": "Float[batch 3]"}),
        (LOSS, "Scored", {"y": "Float[batch 1]"}),
        (STEP, "Step", {"advantage": "Float[batch]", "returns": "Float[batch]"}),
        (LEARNER, "Learner", {"action": "Int[batch]", "reward": "Float[batch]", "done": "Float[batch]"}),
        (FRAMES, "Halved", {"film": "Float[batch 3 depth height width]"}),
    ],
)  # fmt: skip
def test_what_hangs_together_is_found(
    text: str, name: str, inputs: dict[str, str], tmp_path: Path, warm: Sandbox
) -> None:
    target, found = checked(text, name, tmp_path, warm)
    assert (target.status, target.reason, found) == ("checked", None, [])
    assert inputs.items() <= target.inputs.items()


def test_a_map_at_another_scale_is_told_by_it(tmp_path: Path, warm: Sandbox) -> None:
    target, _ = checked(SCALED, "Hinted", tmp_path, warm)
    assert [each for each in target.holds_for if "//" in each or "4" in each], target.holds_for


def checked(text: str, name: str, folder: Path, sandbox: Sandbox) -> tuple[Target, list[str]]:
    path = folder / "model.py"
    path.write_text(text)
    report = check([f"{path}::{name}"], Options(), sandbox=sandbox)
    return report.targets[0], [each.rule for each in report.findings]
