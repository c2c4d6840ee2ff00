"""What mutants came to, a line of JSON each: a run may be cut into pieces, and the last line of a mutant counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tests.corpus.plant import Plant


class Judged(Protocol):
    """A mutant, a dataclass with its fault as `plant`."""

    @property
    def key(self) -> tuple[str, Plant]: ...


M = TypeVar("M", bound=Judged)


def recorded(path: Path | None, kind: Callable[..., M]) -> dict[tuple[str, Plant], M]:
    """Return the mutants of a record, each as it was judged last."""
    found: dict[tuple[str, Plant], M] = {}
    for line in path.read_text("utf-8").splitlines() if path is not None and path.exists() else ():
        values = json.loads(line)
        mutant = kind(**{**values, "plant": Plant(**values["plant"])})
        found[mutant.key] = mutant
    return found


def record(mutant: Any, path: Path | None) -> None:
    """Add a mutant to a record."""
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(mutant)) + "\n")
