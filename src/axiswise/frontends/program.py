"""Run a whole script under a frontend: the job of the child process that `check` starts.

The script is instrumented, and so is every module of the user's that it imports; libraries run as they are.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import time
import types
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from axiswise.engine import diagnoses
from axiswise.facts import Conflict, Failure, Frame, OpCall, Trace
from axiswise.frontends.absent import PASSED_OVER, Absent, Lenient, absent, absent_package, needs
from axiswise.frontends.choosing import READ_ON_IMPORT, TORCH
from axiswise.frontends.frontend import Frontend
from axiswise.frontends.messages.said import said
from axiswise.sandbox import deliver
from axiswise.source.frames import UserCode
from axiswise.source.instrument import instrument
from axiswise.source.leaving_out import Leniency
from axiswise.source.project import import_folders, module_name
from axiswise.source.text import Sources
from axiswise.wire import to_wire


def replay(job: dict[str, Any]) -> dict[str, Any]:
    """Run a script and return what was found.

    Args:
        job: `script` (absolute path), `argv` (its arguments), `replaced` (texts of edited files by path), `flipped`
            (lines, as (path, line), whose first undecided branch is to go the other way), `fixes` (False: none are
            looked for), `family` (of the frontend, as `axiswise.frontends.choosing` names it).

    Returns:
        `status`, `reason`, `ops`, `assumptions`, `findings`, `decided` (lines decided once, as (path, line)), `ran`
        (the user's functions and modules' classes that were, by name), `modules` (libraries that were imported),
        `environment` (the variables it set that libraries read as they are imported).
    """
    began = time.monotonic()
    sources = Sources(job.get("replaced"))
    user = UserCode(sources)
    flipped = frozenset((str(path), int(line)) for path, line in job.get("flipped", []))
    frontend = begun(job.get("family", TORCH), user, flipped)
    steering = frontend.steering
    script: str = job["script"]
    wants_fixes = bool(job.get("fixes", True))
    before, environment = set(sys.modules), dict(os.environ)
    prepare(script, job.get("argv", []), frontend)

    def told(status: str, reason: str | None) -> dict[str, Any]:
        return {
            "status": status,
            "reason": reason,
            "ops": steering.operations,
            "assumptions": list(steering.assumptions),
            "findings": [to_wire(each) for each in diagnoses(frontend.trace, sources, with_fixes=wants_fixes)],
            "decided": [[path, line] for (path, line), visits in steering.decided.items() if visits == 1],
            "shapes": shapes_by_line(frontend.trace),
            "ran": what_ran(frontend.trace),
            "sizes": {name: sorted(sizes, reverse=True) for name, sizes in frontend.sizes.items()},
            "modules": libraries(before),
            "environment": settings_made(environment),
            "seconds": time.monotonic() - began,
        }

    # Told early, so that what was found survives a program that hangs or ends its own process.
    frontend.on_failure = seldom(lambda: deliver(told("partial", None)))
    tell_before_exit(told)
    return told(*_run(script, frontend, sources))


def begun(family: str, user: UserCode, flipped: frozenset[tuple[str, int]]) -> Frontend:
    """Return a new frontend of a family; its framework is imported here, and no other."""
    made: Frontend = importlib.import_module(f"axiswise.frontends.{family}.frontend").begun(user, flipped)
    return made


SELDOM = 5.0
"""Seconds between two early reports of one run."""


def seldom(report: Callable[[], None]) -> Callable[[], None]:
    """Return a report that is made at once, and then at most every few seconds."""
    last = [0.0]

    def now_and_then() -> None:
        if time.monotonic() - last[0] > SELDOM:
            report()
            last[0] = time.monotonic()

    return now_and_then


def shapes_by_line(trace: Trace) -> dict[str, list[str]]:
    """Return the shapes that each line's operations gave, in the order of their first time: what an edit may upset."""
    found: dict[str, dict[str, None]] = {}
    for call in trace.calls:
        if call.site is not None:
            given = ",".join(str(output.shape) for output in call.outputs)
            found.setdefault(f"{call.site.path}:{call.site.line}:{call.op}", {}).setdefault(given)
    return {place: list(shapes) for place, shapes in found.items()}


def what_ran(trace: Trace) -> list[str]:
    """Return the names of the functions and of the modules' classes in which operations were run."""
    calls = {name for call in trace.calls for _, name in call.within}
    return sorted(calls | {frame.function for call in trace.calls for frame in call.frames})


def libraries(before: set[str]) -> list[str]:
    """Return the installed packages' modules that a run imported, in the order it did."""
    return [
        name
        for name, module in sys.modules.copy().items()
        if name not in before and "site-packages" in str(getattr(module, "__file__", None))
    ]


def settings_made(before: dict[str, str]) -> dict[str, str]:
    """Return the variables that a run set, of those that a framework reads as it is imported."""
    now = {name: value for name, value in os.environ.items() if name.startswith(READ_ON_IMPORT)}
    return {name: value for name, value in now.items() if before.get(name) != value}


def tell_before_exit(told: Callable[[str, str | None], dict[str, Any]]) -> None:
    leave = os._exit

    def _exit(status: int) -> None:
        deliver(told("partial", f"the program called os._exit({status})"))
        leave(status)

    os._exit = _exit  # type: ignore[assignment]


def prepare(script: str, argv: Sequence[str], frontend: Frontend, leniency: Leniency | None = None) -> None:
    """Put in place what a program meets: its arguments, where it imports from, and how its modules are loaded.

    Args:
        script: The program's file.
        argv: Its arguments.
        frontend: What its modules are instrumented for.
        leniency: Where only what modules define is wanted: keeps what fails in them as they are imported.
    """
    os.environ["AXISWISE_REPLAY"] = "1"
    os.environ["JAXTYPING_DISABLE"] = "1"  # its decorator would end the program where annotations are held against it
    sys.argv = [script, *argv]
    place = os.path.dirname(script)
    outside, *further = import_folders(script)
    package = (_package_of(script) or "").partition(".")[0]
    is_part = bool(package) and _is_part_of(package, frontend.user.sources, script)
    sys.path[:0] = [outside, place] if is_part else [place]
    sys.path.extend(folder for folder in (outside, *further) if folder not in sys.path)
    finder = Absent(frontend.user)
    sys.meta_path.insert(0, _Finder(frontend, finder, leniency))
    sys.meta_path.append(finder)
    warnings.simplefilter("ignore")
    frontend.prepare()


def _run(script: str, frontend: Frontend, sources: Sources) -> tuple[str, str | None]:
    source = sources.file(script)
    if source is None:
        return "failed", "the script cannot be read or parsed"
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=__builtins__, __package__=_package_of(script))
    sys.modules["__main__"] = module
    code = instrument(source, frontend.steering, frontend.observer, frontend.annotations)
    try:
        with frontend.running():
            exec(code, module.__dict__)
    except SystemExit as error:
        if error.code not in (None, 0):
            status, code = "partial" if _ran(frontend) else "skipped", error.code
            said_so = int(code) if isinstance(code, int) else next(iter(str(code).splitlines()), "")
            return status, f"the program ended itself with exit status {said_so}"[:300]
    except KeyboardInterrupt:
        return "partial", "the program was interrupted"
    except BaseException as error:  # whatever a program raises ends it, and is told
        return what_ended(error, frontend)
    for package in absent():
        if not frontend.steering.operations:
            return "skipped", needs(package)
        if package in PASSED_OVER:
            return "partial", f"{needs(package)}: it was run without"
        frontend.steering.assume(f"done without the package {package}, of which nothing was called")
    return "checked", None


def _package_of(script: str) -> str | None:
    """Return the package that a file's relative imports start from, as `python -m` sets it; None outside of one."""
    name = module_name(script)[0]
    inside = os.path.basename(script) == "__init__.py"
    return (name if inside else name.rpartition(".")[0]) or None


def _is_part_of(package: str, sources: Sources, script: str) -> bool:
    """Return whether a file imports from its own package, by dots or by name: it is run as a part of that."""
    source = sources.file(script)
    taken: list[str] = []
    for node in ast.walk(source.tree) if source is not None else ():
        if isinstance(node, ast.ImportFrom):
            taken.append(package if node.level else node.module or "")
        elif isinstance(node, ast.Import):
            taken += [each.name for each in node.names]
    return any(f"{each}.".startswith(f"{package}.") for each in taken)


def what_ended(error: BaseException, frontend: Frontend) -> tuple[str, str | None]:
    """Return what became of a program that an exception ended; a shape error among them is a failure."""
    frames = frontend.user.of_error(error)
    line = f" at line {frames[-1].span.line}" if frames else ""
    if (package := absent_package(error)) is not None:
        return ("partial", f"stopped{line}: {needs(package)}") if _ran(frontend) else ("skipped", needs(package))
    if "axiswise_failure" not in error.__dict__ and isinstance(error, Exception):
        _shape_failure(error, frames, frontend)
    text = next(iter(said(str(error)).splitlines()), "")
    status = "partial" if _ran(frontend) else "skipped"
    return status, f"stopped{line}: {type(error).__name__}: {text}"[:300]


def _ran(frontend: Frontend) -> bool:
    """Return whether anything of the framework's was run, or failed."""
    return bool(frontend.steering.operations or frontend.trace.failures)


def failure_of(error: BaseException | None, frontend: Frontend) -> Failure | None:
    """Return the failure that an exception stands for; one that no call of the vocabulary raised is recorded now."""
    known: Failure | None = getattr(error, "axiswise_failure", None)
    if known is not None or not isinstance(error, Exception):
        return known
    if absent_package(error) is not None:
        return None
    before = len(frontend.trace.failures)
    _shape_failure(error, frontend.user.of_error(error), frontend)
    return next(iter(frontend.trace.failures[before:]), None)


def _shape_failure(error: Exception, frames: tuple[Frame, ...], frontend: Frontend) -> None:
    """Record an exception that is about shapes though no call of the vocabulary raised it."""
    read = frontend.refused(error, frames)
    if read is None:
        return
    call: OpCall = read.call
    call.frames = frames
    if read.kind == "unpack" and frontend.unpacking is not None and frontend.unpacking.frames:
        if frontend.unpacking.frames[-1].span.line == (frames[-1].span.line if frames else -1):
            call = frontend.unpacking
            read = _of_axes(read, call)
    call.layer, call.within = call.layer or frontend.layer(), frontend.within()
    conflict = Conflict(read.kind, call, read.left, read.right, read.facts)
    frontend.trace.failures.append(Failure(type(error).__name__, said(str(error)), call, frames, (conflict,)))


def _of_axes(read: Conflict, call: OpCall) -> Conflict:
    """Return what is said of an unpacking without what stands beside the shape: `b, n, device = *x.shape, x.device`."""
    names, found = int(call.params["names"]), call.operands["input"].rank
    if read.left is None or read.right is None or read.right.size == names:
        return read
    left, right = replace(read.left, size=found), replace(read.right, size=names)
    return replace(read, left=left, right=right, facts={**read.facts, "names": names, "found": found})


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the user's, instrumented."""

    frontend: Frontend
    leniency: Leniency | None

    def get_code(self, fullname: str) -> types.CodeType | None:
        frontend = self.frontend
        source = frontend.user.sources.file(self.path)
        if source is None:
            return super().get_code(fullname)
        return instrument(source, frontend.steering, frontend.observer, frontend.annotations, self.leniency)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the user's modules and hands them to `_Loader`."""

    def __init__(self, frontend: Frontend, absent: Absent, leniency: Leniency | None) -> None:
        self.frontend = frontend
        self.absent = absent
        self.leniency = leniency

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not self.frontend.user.owns_path(spec.loader.path):
            if not self.absent.is_asked_by_the_program(directly=True):
                return None
            spec.loader = Lenient(fullname, spec.loader.path)
            return spec
        loader = _Loader(fullname, spec.loader.path)
        loader.frontend, loader.leniency = self.frontend, self.leniency
        spec.loader = loader
        return spec


def ready(job: dict[str, Any]) -> bool:
    """Answer a job that only asks whether the warm process has loaded what it was to load."""
    return True
