"""Modules met again: the same relations and shapes as without, and never where something else would come of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.symbols import Region
from tests.frontends.torch.models.symbolic_models import region, spec


class Block(nn.Module):
    def __init__(self, index: int, asks: bool = False) -> None:
        super().__init__()
        self.index, self.asks = index, asks
        self.query, self.key, self.out = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
        self.runs = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        RUN.append("run")
        query, key = self.query(x), self.key(x)
        assert query is not key
        if self.asks and self.index > 2:
            return x
        return x + self.out((query @ key.transpose(1, 2)).softmax(-1) @ x)


class Counting(Block):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.runs += 1
        return super().forward(x)


class Writing(Block):
    log: list[Any] = []  # noqa: RUF012

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.log = Writing.log

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.log.append(x)
        return super().forward(x)


class Stack(nn.Module):
    def __init__(self, *blocks: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.table = nn.Parameter(torch.zeros(1, 40, 16))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.table[:, : x.size(1)]
        for block in self.blocks:
            x = block(x)
        RUN.append(tuple(str(size) for size in x.shape))
        return x


RUN: list[Any] = []
CALL = CallSpec({"x": spec("Float[batch time 16]", batch=2, time=8)})


def _ran(build: Any, *, memo: bool) -> tuple[Region, list[Any], tuple[str, ...]]:
    RUN.clear()
    found = region(build, CALL, memo=memo)
    assert isinstance(found, Region)
    return found, RUN[:-1], RUN[-1]


def test_equal_layers_are_run_once_and_nothing_else_changes() -> None:
    def build() -> nn.Module:
        return Stack(*(Block(index) for index in range(6)))

    with_memo, without = _ran(build, memo=True), _ran(build, memo=False)
    assert (with_memo[1], without[1]) == (["run"], ["run"] * 6)
    assert with_memo[0].relations == without[0].relations
    assert len(with_memo[2]) == 3


def test_a_number_that_was_read_is_part_of_the_configuration() -> None:
    _, ran, _ = _ran(lambda: Stack(*(Block(index, asks=True) for index in range(4))), memo=True)
    assert ran == ["run"] * 4


@pytest.mark.parametrize("kind", [Counting, Writing])
def test_a_module_that_changes_something_is_run_each_time(kind: type[Block]) -> None:
    _, ran, _ = _ran(lambda: Stack(*(kind(index) for index in range(3))), memo=True)
    assert ran == ["run"] * 3


def test_layers_of_other_widths_are_not_taken_for_each_other() -> None:
    class Wide(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(16, width), nn.Linear(width, 16)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            RUN.append(self.first.out_features)
            return self.second(self.first(x))

    _, ran, _ = _ran(lambda: Stack(Wide(8), Wide(32), Wide(8), Wide(32)), memo=True)
    assert ran == [8, 32]


def test_hooks_are_called_each_time() -> None:
    def build() -> nn.Module:
        blocks = [Block(index) for index in range(3)]
        for block in blocks:
            block.register_forward_hook(lambda module, args, output: RUN.append("hook"))
        return Stack(*blocks)

    _, ran, _ = _ran(build, memo=True)
    assert ran.count("hook") == 3


def test_torch_is_left_as_it_was() -> None:
    before = nn.Module.__call__, nn.Module.__setattr__, nn.Module.__getattribute__
    _ran(lambda: Stack(Block(0)), memo=True)
    assert (nn.Module.__call__, nn.Module.__setattr__, nn.Module.__getattribute__) == before
