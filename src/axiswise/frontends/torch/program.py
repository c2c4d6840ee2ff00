"""Run a whole script on abstract tensors: the job of the child process that `check` starts.

The script is instrumented, and so is every module of the user's that it imports; libraries run as they are.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import time
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch

from axiswise.engine import diagnoses
from axiswise.facts import Conflict, Failure, Frame, OpCall, Trace
from axiswise.frontends.steering import Steering
from axiswise.frontends.torch import doubles
from axiswise.frontends.torch.einops_calls import follow_einops
from axiswise.frontends.torch.messages import read_message
from axiswise.frontends.torch.refusals import refused
from axiswise.frontends.torch.tracer import Tracer
from axiswise.sandbox import deliver
from axiswise.source.frames import UserCode
from axiswise.source.instrument import instrument
from axiswise.source.shape_evidence import is_about_shape
from axiswise.source.text import Sources
from axiswise.wire import to_wire


def replay(job: dict[str, Any]) -> dict[str, Any]:
    """Run a script and return what was found.

    Args:
        job: `script` (absolute path), `argv` (its arguments), `replaced` (texts of edited files by path), `flipped`
            (lines, as (path, line), whose first undecided branch is to go the other way), `fixes` (False: none are
            looked for).

    Returns:
        `status`, `reason`, `ops`, `assumptions`, `findings`, `decided` (lines decided once, as (path, line)), `modules`
        (libraries that were imported).
    """
    began = time.monotonic()
    sources = Sources(job.get("replaced"))
    user = UserCode(sources)
    flipped = frozenset((str(path), int(line)) for path, line in job.get("flipped", []))
    steering = Steering(user, flipped, MACHINERY)
    tracer = Tracer(user, steering)
    script: str = job["script"]
    before = set(sys.modules)
    _prepare(script, job.get("argv", []), tracer)

    def told(status: str, reason: str | None) -> dict[str, Any]:
        return {
            "status": status,
            "reason": reason,
            "ops": steering.operations,
            "assumptions": list(steering.assumptions),
            "findings": [to_wire(each) for each in diagnoses(tracer.trace, sources, with_fixes=job.get("fixes", True))],
            "decided": [[path, line] for (path, line), visits in steering.decided.items() if visits == 1],
            "shapes": _shapes(tracer.trace),
            "sizes": {name: sorted(sizes, reverse=True) for name, sizes in tracer.sizes.items()},
            "modules": _libraries(before),
            "seconds": time.monotonic() - began,
        }

    # Told early, so that what was found survives a program that hangs or ends its own process.
    tracer.on_failure = _seldom(lambda: deliver(told("partial", None)))
    _tell_before_exit(told)
    return told(*_run(script, tracer, sources))


MACHINERY = ("torch._", "torch.utils._")
"""Modules through which torch carries a question that someone else asked."""

SELDOM = 5.0
"""Seconds between two early reports of one run."""


def _seldom(report: Callable[[], None]) -> Callable[[], None]:
    """Return a report that is made at once, and then at most every few seconds."""
    last = [0.0]

    def now_and_then() -> None:
        if time.monotonic() - last[0] > SELDOM:
            report()
            last[0] = time.monotonic()

    return now_and_then


def _shapes(trace: Trace) -> dict[str, list[str]]:
    """Return the shapes that each line's operations gave, in the order of their first time: what an edit may upset."""
    found: dict[str, dict[str, None]] = {}
    for call in trace.calls:
        if call.site is not None:
            given = ",".join(str(output.shape) for output in call.outputs)
            found.setdefault(f"{call.site.path}:{call.site.line}:{call.op}", {}).setdefault(given)
    return {place: list(shapes) for place, shapes in found.items()}


def _libraries(before: set[str]) -> list[str]:
    """Return the installed packages' modules that a run imported, in the order it did."""
    return [
        name
        for name, module in list(sys.modules.items())
        if name not in before and "site-packages" in str(getattr(module, "__file__", None))
    ]


def _tell_before_exit(told: Callable[[str, str | None], dict[str, Any]]) -> None:
    leave = os._exit

    def _exit(status: int) -> None:
        deliver(told("partial", f"the program called os._exit({status})"))
        leave(status)

    os._exit = _exit  # type: ignore[assignment]


def _prepare(script: str, argv: Sequence[str], tracer: Tracer) -> None:
    os.environ["AXISWISE_REPLAY"] = "1"
    sys.argv = [script, *argv]
    sys.path.insert(0, os.path.dirname(script))
    sys.meta_path.insert(0, _Finder(tracer))
    warnings.simplefilter("ignore")
    logging.getLogger("torch").setLevel(logging.CRITICAL)
    doubles.install(tracer)
    follow_einops(tracer)


def _run(script: str, tracer: Tracer, sources: Sources) -> tuple[str, str | None]:
    source = sources.file(script)
    if source is None:
        return "failed", "the script cannot be read or parsed"
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    code = instrument(source, tracer.steering)
    try:
        with tracer.fake, tracer:
            exec(code, module.__dict__)
    except SystemExit as error:
        if error.code not in (None, 0):
            return "partial", f"the program ended itself with exit status {error.code}"
    except KeyboardInterrupt:
        return "partial", "the program was interrupted"
    except BaseException as error:  # whatever a program raises ends it, and is told
        return _ended(error, tracer)
    return "checked", None


def _ended(error: BaseException, tracer: Tracer) -> tuple[str, str | None]:
    """Return what became of a program that an exception ended; a shape error among them is a failure."""
    frames = tracer.user.of_traceback(error.__traceback__)
    line = f" at line {frames[-1].span.line}" if frames else ""
    text = str(error).splitlines()[0] if str(error) else ""
    name = type(error).__name__
    if "axiswise_failure" not in error.__dict__ and isinstance(error, Exception):
        _shape_failure(error, frames, tracer)
    if isinstance(error, ImportError) and error.name and not tracer.steering.operations:
        return "skipped", f"needs the package {error.name}, which is not installed"
    status = "partial" if tracer.steering.operations or tracer.trace.failures else "skipped"
    return status, f"stopped{line}: {name}: {text}"[:300]


def _shape_failure(error: Exception, frames: tuple[Frame, ...], tracer: Tracer) -> None:
    """Record an exception that is about shapes though no call of the vocabulary raised it."""
    read = read_message(type(error).__name__, str(error))
    if read is None or not is_about_shape(read, frames, tracer.user.sources):
        return
    read = refused(error, read, frames, tracer.user)
    call: OpCall = read.call
    call.frames = frames
    if read.kind == "unpack" and tracer.unpacking is not None and tracer.unpacking.frames:
        if tracer.unpacking.frames[-1].span.line == (frames[-1].span.line if frames else -1):
            call = tracer.unpacking
    call.layer, call.within = call.layer or tracer.modules.layer(), tracer.modules.within()
    conflict = Conflict(read.kind, call, read.left, read.right, read.facts)
    tracer.trace.failures.append(Failure(type(error).__name__, str(error), call, frames, (conflict,)))


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the user's, instrumented."""

    tracer: Tracer

    def get_code(self, fullname: str) -> types.CodeType | None:
        source = self.tracer.user.sources.file(self.path)
        if source is None:
            return super().get_code(fullname)
        return instrument(source, self.tracer.steering)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the user's modules and hands them to `_Loader`."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not self.tracer.user.owns_path(spec.loader.path):
            return None
        loader = _Loader(fullname, spec.loader.path)
        loader.tracer = self.tracer
        spec.loader = loader
        return spec


def ready(job: dict[str, Any]) -> bool:
    """Answer a job that only asks whether the warm process has loaded what it was to load."""
    return True


def warm() -> None:
    """Load what every run needs, before the server forks: called once in the warm process."""
    torch.set_num_threads(1)
    importlib.import_module("torch._dynamo.utils")  # half a second that each child would pay

    from axiswise.frontends.torch.vocabulary.reading import layers, readers
    from axiswise.ops.contract import contracts
    from axiswise.rules.rule import rules

    for load in (readers, layers, contracts, rules):
        load()
