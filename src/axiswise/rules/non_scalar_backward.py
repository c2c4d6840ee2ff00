from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from math import prod

from axiswise.diagnosis import Diagnosis, Edit, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.ancestry import makers
from axiswise.source.callsite import CallSite
from axiswise.source.scene import Scene

FURTHEST = 10
"""Calls back from the gradient in which a term of the loss is looked for."""


class NonScalarBackward(Rule):
    """A gradient is asked of a tensor with several elements."""

    kinds = frozenset({"scalar"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.call.op not in ("backward", "grad"):
            return None
        given = shape(conflict, "input")
        has = f"{prod(given)} elements" if given is not None else "several elements"
        return scene.diagnosis(
            f"{scene.callee()} needs a single number to start from, but {scene.expression('input')} has {has}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from _terms(conflict, scene)
        yield from scene.wrap("input", "{}.mean()", "take the mean", evidence=0.1)
        yield from scene.wrap("input", "{}.sum()", "take the sum")


def _terms(conflict: Conflict, scene: Scene) -> Iterator[Fix]:
    """Yield means of the terms of a sum of losses that are not single numbers, where each is given its name."""
    for steps, maker in makers(scene.trace, conflict.call, "input", FURTHEST):
        site = CallSite.at(scene.sources, maker.frames[-1] if maker.frames else None)
        statement = site.source.statement_of(site.node) if site is not None else None
        if site is None or not isinstance(statement, ast.Assign) or not maker.outputs or not maker.outputs[0].rank:
            continue
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Name) and "loss" in target.id.lower() and value is site.node:
            edit = Edit(site.source.span(value), f"{site.text(value)}.mean()")
            yield Fix(f"take the mean of {target.id}", (edit,), 0.3 + 0.1 * steps)
