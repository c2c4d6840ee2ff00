"""Fixes of what an audit found: only what the experiment itself no longer finds, with nothing new, is verified."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import torch
from torch import nn

import axiswise
from axiswise.diagnosis import Fix
from axiswise.facts import Conflict
from axiswise.rules.batch_mixing import BatchMixing
from axiswise.rules.causal_leak import CausalLeak
from axiswise.source.scene import Scene


class Gated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.softmax(self.score(x), dim=0)


class GatedTwice(Gated):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x * torch.softmax(self.score(x), dim=0)
        return x * x.tanh().softmax(0)


class CausalGate(nn.Module):
    """Every step is gated by itself; over the batch, examples meet, and over the steps, later ones are seen."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.score = nn.Embedding(30, 8), nn.Linear(8, 8)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens)
        return x * torch.softmax(self.score(x), dim=0)


class Averaging(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.out = nn.Embedding(30, 8), nn.Linear(8, 30)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens)
        return self.out(x + x.mean(dim=1, keepdim=True))


def verified(monkeypatch: pytest.MonkeyPatch, model: nn.Module, batch: torch.Tensor, *axes: str) -> set[str]:
    """Audit a model where the rule proposes other axes of the softmax, and return those of them that are verified."""

    def fixes(_rule: object, _conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        for axis in axes:
            yield from scene.argument("dim", axis, axis, position=1)

    monkeypatch.setattr(BatchMixing, "fixes", fixes)
    torch.manual_seed(0)
    (found,) = axiswise.audit(model, batch, batch_axis=0).findings
    assert found.rule == "batch-mixing"
    return {fix.title for fix in found.fixes if fix.verdict != "unverified"}


def test_a_candidate_that_cures_is_verified_and_one_that_says_the_same_in_other_words_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert verified(monkeypatch, Gated(), torch.randn(4, 8), "-2", "-1") == {"-1"}


def test_a_candidate_that_alone_does_not_cure_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verified(monkeypatch, Gated(), torch.randn(4, 8), "-2") == set()


def test_a_candidate_with_which_the_model_no_longer_runs_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verified(monkeypatch, Gated(), torch.randn(4, 8), "3") == set()


def test_a_candidate_that_leaves_another_place_where_examples_meet_is_not_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert verified(monkeypatch, GatedTwice(), torch.randn(4, 8), "-1") == set()


def test_a_candidate_that_puts_another_fault_in_the_place_of_the_first_is_not_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert verified(monkeypatch, CausalGate(), torch.randint(0, 30, (4, 6)), "1", "-1") == {"-1"}


def test_what_an_edit_in_other_words_leaves_of_a_leak_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    def fixes(_rule: object, _conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        return scene.argument("dim", "-2", "count from the end", position=0)

    monkeypatch.setattr(CausalLeak, "fixes", fixes)
    torch.manual_seed(0)
    (found,) = axiswise.audit(Averaging(), torch.randint(0, 30, (3, 6)), causal=True).findings
    assert (found.rule, [fix for fix in found.fixes if fix.verdict != "unverified"]) == ("causal-leak", [])
