"""Inputs that the line which raised asks for, and faults that inputs made up might explain as well."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Target


def told(model: nn.Module) -> Target:
    """Return what is said of a model of which nothing is told."""
    report = axiswise.check(model, Options(time_budget=60))
    assert not [each for each in report.findings if each.severity == "error"]
    return report.targets[0]


class Ranked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(7, 5)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        assert signal.ndim == 4, "four axes are wanted"
        return self.project(signal)


class Named(nn.Module):
    """Its refusal speaks of a shape."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = nn.Conv1d(1, 4, 3)

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        if sample.dim() != 3 or sample.shape[1] != 1:
            raise ValueError(f"sample must have shape [batch, 1, samples], got {tuple(sample.shape)}")
        return self.filter(sample)


class Divided(nn.Module):
    def forward(self, img: torch.Tensor) -> torch.Tensor:
        height, width = img.shape[-2:]
        if height % 28 or width % 28:
            raise ValueError("no multiple of the patch")
        return img.unfold(2, 28, 28).unfold(3, 28, 28)


class Agreeing(nn.Module):
    """Asks that a mask is as long as what it hides."""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Linear(9, 1)

    def forward(self, memory: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        assert memory.size(1) == mask.size(1)
        return self.score(memory).squeeze(-1).masked_fill(~mask, 0.0)


class Rotary(nn.Module):
    """Looks each axis of its positions up in a list that has two places."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = [8, 6]

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        places = ids.shape[-1]
        parts = [ids[..., at : at + 1].float() / torch.arange(1, self.sizes[at] + 1) for at in range(places)]
        return torch.cat(parts, dim=-1)


class Documented(nn.Module):
    """Takes everything by name, and says of each what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = {"joint_dim": 20, "pooled_dim": 12}
        self.project = nn.Linear(6, 16)
        self.context = nn.Linear(20, 16)
        self.pooled = nn.Linear(12, 16)

    @property
    def config(self) -> dict[str, int]:
        return self.inner

    def forward(
        self,
        hidden: torch.Tensor,
        context: torch.Tensor | None = None,
        summary: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Mix.

        Args:
            hidden (`torch.Tensor` of shape `(batch_size, length, 6)`): What is mixed.
            context (`torch.Tensor` of shape `(batch_size, context_length, joint_dim)`): What is mixed in.
            summary (`torch.Tensor` of shape `(batch_size, pooled_dim)`): What is added.
        """
        mixed = torch.cat([self.project(hidden), self.context(context)], dim=1)
        return mixed + self.pooled(summary)[:, None]


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (Ranked(), {"signal": "Float[batch length height 7]"}),
        (Named(), {"sample": "Float[batch 1 time]"}),
        (Agreeing(), {"memory": "Float[batch time 9]", "mask": "Bool[batch time]"}),
        (
            Documented(),
            {
                "hidden": "Float[batch_size length 6]",
                "context": "Float[batch_size context_length 20]",
                "summary": "Float[batch_size 12]",
            },
        ),
    ],
)
def test_the_test_that_raised_says_what_is_wanted(model: nn.Module, inputs: dict[str, str]) -> None:
    target = told(model)
    assert (target.status, dict(target.inputs)) == ("checked", inputs)


def test_a_multiple_that_a_test_asks_for_is_given() -> None:
    assert told(Divided()).status == "checked"


def test_an_index_runs_no_further_than_its_list() -> None:
    assert told(Rotary()).status == "checked"


class Layered(nn.Module):
    """Takes what another network's layers gave, one for each of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(nn.Linear(12, 12), nn.Linear(12, 12), nn.Linear(12, 12))
        self.project = nn.Linear(5, 12)

    def forward(self, x: torch.Tensor, layers: list | None = None) -> torch.Tensor:
        for at, block in enumerate(self.blocks):
            x = block(x) + self.project(layers[at])
        return x


def test_a_list_is_as_long_as_what_an_index_runs_along() -> None:
    target = told(Layered())
    assert target.status == "checked"
    assert [name for name in target.inputs if name.startswith("layers")] == [f"layers[{at}]" for at in range(4)]


class Framed(nn.Module):
    """Wants as many contexts as there are frames of all films."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Conv2d(4, 16, 1)
        self.context = nn.Linear(10, 16)

    def forward(self, film: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        films, channels, frames, height, width = film.shape
        each = self.project(film.transpose(1, 2).reshape(films * frames, channels, height, width))
        tokens = each.flatten(2).transpose(1, 2)
        keys = self.context(memory)
        mixed = tokens.reshape(keys.shape[0], -1, 16) @ keys.transpose(1, 2) @ keys
        return tokens + mixed


def test_a_number_that_is_read_off_another_input_makes_no_fault() -> None:
    Framed()(torch.zeros(2, 4, 3, 8, 8), torch.zeros(6, 5, 10))
    assert told(Framed()).status == "partial"


class Table(nn.Module):
    """Looks rows of a table up by a number that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", torch.zeros(64, 8))

    def forward(self, x: torch.Tensor, place: tuple[int, int]) -> torch.Tensor:
        return x + self.table[place[0] : place[1]].reshape(x.shape[1], 8)


def test_a_number_that_was_made_up_makes_no_fault() -> None:
    Table()(torch.zeros(2, 5, 8), (0, 5))
    assert told(Table()).status == "partial"


class Held(nn.Module):
    """Has a `parameters` of its own, as wrappers do that train only a part."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Conv2d(3, 8, 3)

    def parameters(self) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.net.parameters()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


def test_a_method_of_the_users_in_the_place_of_torchs_is_not_called() -> None:
    assert told(Held()).status == "checked"
