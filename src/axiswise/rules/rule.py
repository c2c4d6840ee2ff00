"""What a rule is, and where rules are found."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import ClassVar

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.source.scene import Scene

FRAMEWORKS = {"keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy", "jax": "JAX"}
"""Frameworks whose users are told things in other names than torch's, and what a page calls them."""

_METHODS = "view flatten transpose permute size contiguous expand long float movedim argmax".replace(" ", "|")
_TORCH = re.compile(
    r"[Tt]orch|\bnn\.|\bF\.|unsqueeze|state_dict|pad_sequence\(|"
    rf"`[^`]*(?:_features|_channels|\.(?:{_METHODS})\(|transpose\(\d|\.mT|batch_first)[^`]*`"
)


class Rule(ABC):
    """One fault. Its slug is its module's name with dashes, and names the fault, never the remedy.

    Rules are pure: they read a conflict and its scene, and return values. They never set a verdict.

    Attributes:
        kinds: Conflict kinds it looks at (see `axiswise.ops.contract.KINDS`).
        priority: Rules are asked highest first; the first that answers speaks. A special fault of a layer stands above
            the general one of its operation.
    """

    kinds: ClassVar[frozenset[str]]
    priority: ClassVar[int] = 0

    @property
    def slug(self) -> str:
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @property
    def summary(self) -> str:
        """The rule's docstring: one line."""
        return inspect.getdoc(type(self)) or ""

    @abstractmethod
    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        """Return the diagnosis without fixes, or None where this is another rule's fault."""

    @abstractmethod
    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        """Yield candidate fixes, most likely first. Replay decides which of them stand."""

    def page(self) -> str:
        """Return the rule's page (markdown)."""
        name = type(self).__module__.rpartition(".")[2]
        return resources.files("axiswise.rules").joinpath(f"{name}.md").read_text("utf-8")

    def causes(self, framework: str = "") -> tuple[str, ...]:
        """Return the usual causes, a line each, the likeliest first: the points under *Why* of the rule's page.

        A framework whose names they are not has points of its own under *In ...*, or none that speak in those names.
        """
        own = _points(self._own(framework))
        return own or tuple(point for point in _points(self._section("Why")) if _speaks(point, framework))

    def remedy(self, framework: str = "") -> str:
        """Return the first sentence on how to mend it, in a framework's own words; empty where there are none."""
        own = [part for part in self._own(framework).split("\n\n") if part and not part.startswith("- ")]
        text = " ".join((own[0] if own else self._section("How to mend it")).split())
        sentence = text.partition(". ")[0].rstrip(".")
        return sentence if own or _speaks(sentence, framework) else ""

    def _own(self, framework: str) -> str:
        """Return what the page says for a framework: the section whose title names it."""
        name = FRAMEWORKS.get(framework, "")
        titles = re.findall(r"^## (In .*)$", self.page(), re.MULTILINE) if name else []
        return next((self._section(title) for title in titles if name in title), "")

    def _section(self, title: str) -> str:
        _, _, rest = self.page().partition(f"\n## {title}\n")
        return rest.partition("\n## ")[0].strip()


def _points(text: str) -> tuple[str, ...]:
    """Return the points of a list that a text begins with, a line each."""
    listed = text.partition("\n\n")[0] if text.startswith("- ") else ""
    return tuple(" ".join(point.removeprefix("- ").split()).rstrip(".") for point in listed.split("\n- ") if point)


def _speaks(text: str, framework: str) -> bool:
    """Return whether a text may be said to a framework's user: torch's names are for torch's."""
    return framework in ("", "torch") or not _TORCH.search(text)


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule of the package, the one to ask first first."""
    found: list[Rule] = []
    package = importlib.import_module("axiswise.rules")
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"axiswise.rules.{module.name}")
        for value in vars(loaded).values():
            if inspect.isclass(value) and issubclass(value, Rule) and value.__module__ == loaded.__name__:
                if not inspect.isabstract(value):
                    found.append(value())
    return tuple(sorted(found, key=lambda rule: (-rule.priority, rule.slug)))


def rule_named(slug: str) -> Rule | None:
    """Return the rule with a slug, or None."""
    return next((rule for rule in rules() if rule.slug == slug), None)
