"""Small modules put together at random: what is claimed of their sizes is what real torch does."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn

from axiswise.frontends.torch.models.guards import Relation, at_least
from axiswise.frontends.torch.models.regions import Budget, explore
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.symbols import Region, Stopped
from tests.frontends.torch.models.symbolic_models import fault, proof, spec

STEPS = ("conv", "strided", "pool", "average", "halves", "table", "adaptive", "groups", "double", "short")


class Steps(nn.Module):
    """Some steps over (batch, 4, time), and a head."""

    def __init__(self, steps: tuple[str, ...], head: str, length: int) -> None:
        super().__init__()
        self.steps, self.head = steps, head
        self.conv, self.strided = nn.Conv1d(4, 4, 3), nn.Conv1d(4, 4, 4, stride=2, padding=1)
        self.table = nn.Parameter(torch.zeros(20, 4))
        self.linear = nn.Linear(4 * length, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for step in self.steps:
            x = getattr(self, f"_{step}")(x)
        if self.head == "flatten":
            return self.linear(x.flatten(1))
        if self.head == "view":
            return x.reshape(x.size(0), 2, -1, 6)
        return x.mean(2)

    def _conv(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)

    def _strided(self, x: torch.Tensor) -> torch.Tensor:
        return self.strided(x)

    def _pool(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool1d(x, 2)

    def _average(self, x: torch.Tensor) -> torch.Tensor:
        return F.avg_pool1d(x, 3, 1, 1)

    def _halves(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, : x.size(2) // 2] + x[:, :, x.size(2) // 2 :]

    def _table(self, x: torch.Tensor) -> torch.Tensor:
        return x + F.embedding(torch.arange(x.size(2)), self.table).t()

    def _adaptive(self, x: torch.Tensor) -> torch.Tensor:
        return x * F.adaptive_avg_pool1d(x, 1)

    def _groups(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), 4, x.size(2) // 3, 3).sum(3)

    def _double(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, x], 2)

    def _short(self, x: torch.Tensor) -> torch.Tensor:
        return x if x.size(2) > 6 else x * 2


def _call(batch: int, time: int) -> CallSpec:
    return CallSpec({"x": spec("Float[batch 4 time]", batch=batch, time=time)})


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(STEPS), max_size=4).map(tuple),
    st.sampled_from(("flatten", "view", "mean")),
    st.integers(1, 8),
    st.integers(16, 40),
)
def test_what_is_claimed_is_what_real_torch_does(steps: tuple[str, ...], head: str, length: int, time: int) -> None:
    def build() -> nn.Module:
        return Steps(steps, head, length)

    assume(fault(build, _call(3, time)) is None)
    found = proof(build, _call(3, time), Budget(symbolic=8, concrete=24))
    assert "batch" in found.symbolic
    for batch in (1, 2, 5):
        for size in range(1, 60) if "time" in found.symbolic else (time,):
            claimed = all(relation.holds({"batch": batch, "time": size}) for relation in found.relations)
            real = fault(build, _call(batch, size))
            if claimed:
                assert real is None, (found.holds_for, batch, size)
            elif not found.reason and size > 7:  # smaller ones may pass by chance: axes of one element broadcast
                assert real is not None, (found.holds_for, batch, size)


# -- the search itself, on modules that are only a table of sizes ------------------------------------------------------
def _relation(text: str, *names: str) -> Relation:
    return Relation(names, text, eval(f"lambda {', '.join(names)}: {text}"))


def test_a_branch_is_no_constraint_and_what_fails_behind_it_is() -> None:
    def symbolic(sizes: object, free: frozenset[str]) -> Region:
        time = sizes["time"]  # type: ignore[index]
        relations = (
            (_relation("time <= 50", "time"),)
            if time <= 50
            else (at_least("time", 51), _relation("time <= 90", "time"))
        )
        return Region(relations, (), free)

    found = explore(_call(2, 8), symbolic, lambda sizes: "too long" if sizes["time"] > 90 else None)
    assert found.holds_for == ("batch >= 1", "time <= 90")
    assert [(each.text, dict(each.sizes), each.finding) for each in found.constraints] == [
        ("time <= 90", {"batch": 2, "time": 91}, "too long")
    ]


def test_a_length_that_is_counted_in_pairs_is_given_up_and_the_others_are_followed() -> None:
    def symbolic(sizes: object, free: frozenset[str]) -> Region:
        batch, time = sizes["batch"], sizes["time"]  # type: ignore[index]
        pairs = _relation(f"time // 2 == {time // 2}", "time")
        own = (at_least("batch", 2),) if batch > 1 else ()
        return Region((*own, pairs) if "time" in free else own, (), free)

    found = explore(_call(2, 8), symbolic, lambda sizes: None)
    assert (found.holds_for, found.symbolic) == (("batch >= 1",), {"batch"})
    assert "time is a fixed number" in found.reason


@pytest.mark.parametrize("budget", [Budget(symbolic=1), Budget(concrete=0)])
def test_what_was_not_followed_is_not_claimed(budget: Budget) -> None:
    def symbolic(sizes: object, free: frozenset[str]) -> Region:
        return Region((_relation("time <= 50", "time"),), (), free)

    found = explore(_call(2, 8), symbolic, lambda sizes: None, budget)
    assert "time <= 50" in found.holds_for
    assert found.constraints == ()
    assert "time <= 50" in found.reason


def test_runs_stay_within_the_budget() -> None:
    runs = {"symbolic": 0, "concrete": 0}

    def symbolic(sizes: object, free: frozenset[str]) -> Region | Stopped:
        runs["symbolic"] += 1
        return Region(tuple(_relation(f"time % {step} != 0", "time") for step in (3, 5, 7, 11, 13)), (), free)

    def concrete(sizes: object) -> str | None:
        runs["concrete"] += 1
        return "never"

    explore(_call(2, 8), symbolic, concrete, Budget(symbolic=2, concrete=3))
    assert runs["symbolic"] <= 2
    assert runs["concrete"] <= 3 + 2  # and size 1 of each axis
