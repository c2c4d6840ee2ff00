"""Tools beside which axiswise is measured; each is optional."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec

from benchmarks.measuring import Case, Taken


def has(module: str) -> bool:
    """Return whether a tool is installed in this environment."""
    return find_spec(module) is not None


def peer(module: str, name: str, run: Callable[[], Taken], against: str = "") -> Case:
    """Return the case of another tool, without a run where it is not installed."""
    return Case(name, run if has(module) else None, against)


def under_tensor_sensor(script: str) -> None:
    """Run a script inside `tsensor.clarify()`, which adds to the message of what it raises; text only, no window."""
    import runpy

    import tsensor

    sys.argv = [script]
    with tsensor.clarify(show=None):
        runpy.run_path(script, run_name="__main__")


def summarised_by_torchinfo(script: str) -> None:
    """Print torchinfo's summary of a script's `Digits` model."""
    import runpy

    import torchinfo

    space = runpy.run_path(script, run_name="model")
    torchinfo.summary(space["Digits"](), input_data=space["images"](), verbose=1)


if __name__ == "__main__":
    {"tensor-sensor": under_tensor_sensor, "torchinfo": summarised_by_torchinfo}[sys.argv[1]](sys.argv[2])
