"""For which sizes a module works: what came of the search for it, and what it may cost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from axiswise.frontends.torch.models.guards import Relation


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a module may be run, and until when, in monotonic time."""

    symbolic: int = 6
    concrete: int = 12
    until: float = inf

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that sizes have to obey.

    Attributes:
        text: What it is (`time <= 1024`).
        sizes: A counterexample, by name: at these sizes the module failed.
        finding: What failed there.
    """

    text: str
    sizes: Mapping[str, int]
    finding: Any


@dataclass(frozen=True, slots=True)
class Proof:
    """For which sizes a module works.

    Attributes:
        relations: What is known to be enough; nothing where sizes were only tried.
        constraints: Those of them outside of which the module failed, each with a counterexample.
        symbolic: The axes for which it is shown; the others are only tried.
        examples: The sizes at which the module was run and passed.
        reason: Why it is not shown, or not further; empty where nothing is left open.
    """

    relations: tuple[Relation, ...]
    constraints: tuple[Constraint, ...]
    symbolic: frozenset[str]
    examples: tuple[Mapping[str, int], ...]
    reason: str = ""

    @property
    def holds_for(self) -> tuple[str, ...]:
        """What is known to be enough, one text a relation (`batch >= 1`, `time <= 1024`)."""
        return tuple(relation.text for relation in self.relations if relation.names[0] not in self.numbers)

    @property
    def numbers(self) -> Mapping[str, int]:
        """Axes that can only have one size, with a counterexample: numbers of the model's, which need no name."""
        shown = {constraint.text for constraint in self.constraints}
        alone = [each for each in self.relations if len(each.names) == 1 and each.text in shown]
        parts = [each.text.partition(" == ") for each in alone]
        return {name: int(size) for name, equals, size in parts if equals and size.isdecimal()}
