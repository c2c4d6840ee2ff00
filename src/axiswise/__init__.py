"""A shape debugger for neural-network code.

    axiswise.install()                  explain shape errors as they are raised
    with axiswise.explaining(): ...     the same, for one block
    axiswise.check(["train.py"])        check scripts without their data -> Report
    axiswise.audit(model, batch)        experiments on a live module: what moves that should not -> Report

Everything is imported when it is first used: `import axiswise` costs nothing, and loads no framework.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from axiswise.auditing import audit
    from axiswise.checking import check
    from axiswise.diagnosis import Report
    from axiswise.running import explaining, install

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "audit", "check", "explaining", "install"]

_HOMES = {
    "Report": "diagnosis",
    "audit": "auditing",
    "check": "checking",
    "explaining": "running",
    "install": "running",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"axiswise.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
