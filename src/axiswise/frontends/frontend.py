"""What a frontend is to the rest: it prepares a child process, runs the user's code, and writes a `Trace`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from axiswise.facts import Conflict, Frame, LayerRef, OpCall, Trace
from axiswise.frontends.steering import Steering
from axiswise.source.annotating import Annotations
from axiswise.source.frames import UserCode
from axiswise.source.observing import Observer


class Frontend(Protocol):
    """Follows one run of a program.

    Attributes:
        user: Tells the user's code from a library's.
        steering: Decides about unknown values and loops.
        trace: What was seen.
        observer: Sees the user's calls, where the framework itself cannot be asked to tell of them.
        annotations: Holds values against annotations of their shape, where the framework's tensors can be asked.
        on_failure: Called after each failure.
        sizes: Sizes that an axis was run at, by its name (`batch`).
        unpacking: The last shape that was unpacked into another number of names than it has axes.
    """

    user: UserCode
    steering: Steering
    trace: Trace
    observer: Observer | None
    annotations: Annotations | None
    on_failure: Callable[[], None]
    sizes: dict[str, set[int]]
    unpacking: OpCall | None

    def prepare(self) -> None:
        """Put stand-ins in place, before anything of the user's runs."""
        ...

    def running(self) -> AbstractContextManager[Any]:
        """Return the context in which the user's code runs."""
        ...

    def refused(self, error: Exception, frames: tuple[Frame, ...]) -> Conflict | None:
        """Return what an exception says that no recorded call raised; None where it is not about shapes."""
        ...

    def layer(self) -> LayerRef | None:
        """Return the library's layer that is running, if one is."""
        ...

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running modules as (path, class), outermost first."""
        ...
