"""Other ways to build a module whose runs fail: other numbers and modules in the place of those that were chosen.

A conflict between two numbers of the module's own, one of which was chosen for a constructor, asks for another choice.
So does a module that was made up and does nothing, where what it gives does not suit what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, cast

from torch import nn

from axiswise.facts import Conflict
from axiswise.frontends.torch.models.asked import demands
from axiswise.frontends.torch.models.building import Plan
from axiswise.frontends.torch.models.chosen import chosen, is_free
from axiswise.frontends.torch.models.demands import asked_of_parts
from axiswise.frontends.torch.models.lexicon import meaning
from axiswise.frontends.torch.models.standing_in import Kept, network
from axiswise.frontends.torch.models.trials import Trial

MOST = 3
"""Other ways that are tried after one run."""

LARGEST = 4096
"""The largest number that is asked of a constructor."""


PARTED = ("heads", "kv", "ratio")
"""Meanings of arguments that divide a width: nobody asks for them to leave it whole."""


def rebuilt(plan: Plan, trial: Trial, model: Any) -> Iterator[tuple[Plan, str]]:
    """Yield other plans for a module that failed in a run, each with what is assumed in it.

    Args:
        plan: How it was built.
        trial: The run.
        model: The module.
    """
    if trial.error is not None and not trial.failures and isinstance(model, nn.Module):
        named = cast("Iterator[tuple[str, nn.Module]]", model.named_modules())
        parts = {id(each): path for path, each in named}
        for path, value in asked_of_parts(trial.error, plan.around.project.sources, plan.chosen, parts).items():
            yield plan.changed(path, value), f"`{path}` taken as {value}, without it it does not run"
    given = set(trial.given.values())
    for conflict in (each for failure in trial.failures[:1] for each in failure.conflicts[:1]):
        for side, other in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
            for demand in demands(trial, conflict, side, other.size) if other is not None else ():
                is_degenerate = demand.wanted == 1 and meaning(demand.name) in PARTED
                is_open = demand.path not in given and demand.wanted <= LARGEST and not is_degenerate
                if is_open and (other is None or not is_free(trial, conflict, other)):
                    yield plan.changed(demand.name, demand.wanted), _said(plan, demand.name, demand.wanted)
        for path, wanted in _in_proportion(plan, trial, conflict):
            yield plan.changed(path, wanted), _said(plan, path, wanted)
    idle = [path for path, value in plan.chosen.items() if type(value) is Kept]
    if idle:
        made: dict[str, Any] = {path: network(plan.cls, plan.around.tree(plan.cls)) for path in idle}
        changed = plan
        for path, each in made.items():
            changed = changed.changed(path, each)
        yield changed, ""


def _in_proportion(plan: Plan, trial: Trial, conflict: Conflict) -> Iterator[tuple[str, int]]:
    """Yield chosen numbers with others, by which the elements that are asked for are as many as there are."""
    left, right = conflict.left, conflict.right
    if conflict.kind != "numel" or left is None or right is None or not left.size or not right.size:
        return
    for path in sorted(chosen(trial, conflict, left) | chosen(trial, conflict, right)):
        value = plan.chosen.get(path)
        if isinstance(value, int):
            shares = (Fraction(value * left.size, right.size), Fraction(value * right.size, left.size))
            yield from ((path, int(each)) for each in shares if each.denominator == 1 and each <= LARGEST)


def _said(plan: Plan, path: str, wanted: int) -> str:
    was = plan.chosen.get(path)
    held = f", with {int(was)} it does not run" if isinstance(was, int) else ""
    return f"`{path}` taken as {wanted}{held}"
