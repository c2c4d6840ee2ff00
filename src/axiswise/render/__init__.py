"""Ways to show a report: one renderer a file, found by its name.

A renderer is a module of this package with `render(report: Report, options: RenderOptions) -> str`. What several share
lies in `parts`. Renderers show any report that there can be, and raise nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from axiswise.diagnosis import Report


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How much is shown, and how.

    Attributes:
        color: Colours and weights by terminal escapes.
        width: Columns to fit text into.
        show_all: Every fix, not only the best.
        verbose: Assumptions, inputs, and the exception as it was raised.
    """

    color: bool = False
    width: int = 80
    show_all: bool = False
    verbose: bool = False


Renderer = Callable[[Report, RenderOptions], str]


def formats() -> tuple[str, ...]:
    """Return the names of the renderers."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def renderer(name: str) -> Renderer:
    """Return the renderer of a format.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in formats():
        raise ValueError(f"no format is called {name!r}; there are {', '.join(formats())}")
    return importlib.import_module(f"axiswise.render.{name}").render
