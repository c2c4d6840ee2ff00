"""What goes into the sandbox and what comes out: limits, jobs, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

GIB = 1 << 30

Ended = Literal["returned", "raised", "timeout", "memory", "killed", "exited"]


class SandboxError(RuntimeError):
    """The sandbox itself could not be started; the text says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use.

    Attributes:
        seconds: Wall clock. Twice as much processor time is allowed, for programs with threads.
        memory_bytes: Address space beyond what the warm server has mapped already. Address space, not resident
            memory: every thread takes 8 MiB of it for its stack, and frameworks reserve more than they touch.
    """

    seconds: float = 60.0
    memory_bytes: int = 12 * GIB

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.memory_bytes <= 0:
            raise ValueError("limits have to be positive")


@dataclass(frozen=True, slots=True)
class Job:
    """One call to make in a child.

    Attributes:
        function: `package.module:name`, called with the payload as its only argument.
        payload: Anything JSON can carry.
        cwd: Working directory of the program; its files are seen there, and never changed.
        limits: None for the sandbox's own.
    """

    function: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cwd: str = "."
    limits: Limits | None = None

    def __post_init__(self) -> None:
        module, colon, name = self.function.partition(":")
        if not (module and colon and name):
            raise ValueError(f"a job's function is written package.module:name, not {self.function!r}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job went.

    Attributes:
        result: What the function returned, or the last thing it delivered when it ended otherwise.
        ended: `returned`; `raised` an exception; `timeout`; `memory` (a MemoryError reached the top);
            `killed` by a signal; `exited` by SystemExit or os._exit.
        detail: One line more: the exception, the exit status, the signal, the line that was still running.
        stdout: What it printed; the middle is left out beyond 1 MiB.
        stderr: The same for standard error.
        seconds: Wall clock from fork to end.
        refused: What the program tried and was not allowed to do, in words, at most 100 of them.
        barriers: What kept it in: `overlay`, `audit`, `landlock-N` (N is the kernel's version of it).
    """

    result: Any
    ended: Ended
    detail: str
    stdout: str
    stderr: str
    seconds: float
    refused: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
