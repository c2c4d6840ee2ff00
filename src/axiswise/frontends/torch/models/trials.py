"""Run a module once on concrete fake tensors, and keep what was seen."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from axiswise.facts import Conflict, Failure, OpCall, Supposed, Trace
from axiswise.frontends.program import what_ended
from axiswise.frontends.torch.frontend import TorchFrontend
from axiswise.frontends.torch.models.memo import met_again
from axiswise.frontends.torch.models.specs import KINDS, CallSpec, TensorSpec, opened, parameter_of
from axiswise.frontends.torch.models.unchanged import as_it_was
from axiswise.frontends.torch.tensors import fact_of, ref_of
from axiswise.frontends.torch.values import ENOUGH_DRAWS
from axiswise.origin import Origin, Size
from axiswise.source.provenance import Step

INPUT = "argument"
"""The word that the making of an input goes by in the trace."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run showed.

    Attributes:
        call: What the module was given.
        trace: The run.
        given: The inputs' paths by their ids in the trace.
        ended: Why it stopped early; empty where it came to its end.
        error: What stopped it.
        output: What it returned.
        ops: Operations that were run.
        mode_read: Whether a module asked if it trains; always true where that was not watched.
    """

    call: CallSpec
    trace: Trace
    given: dict[int, str]
    ended: str = ""
    error: BaseException | None = None
    output: Any = None
    ops: int = 0
    mode_read: bool = True

    @property
    def failures(self) -> list[Failure]:
        """What failed, without mere suspicions; what contradicts an annotation did, though nothing was raised."""
        return [each for each in self.trace.failures if each.type or each.conflicts[0].kind == "annotation"]

    @property
    def conflict(self) -> Conflict | None:
        """The first conflict of what failed first."""
        return next((each for failure in self.failures[:1] for each in failure.conflicts[:1]), None)

    @property
    def is_clean(self) -> bool:
        return not self.failures and not self.ended

    @property
    def reach(self) -> int:
        """How many operations were run before anything failed; that inputs were made is none."""
        calls = [failure.call for failure in self.failures if failure.call is not None]
        first = min((call.index for call in calls if call.index >= 0), default=len(self.trace.calls))
        return (first if not self.ended else min(first, len(self.trace.calls))) - len(self.given)

    def inputs_of(self, tensor: int, before: OpCall | None = None) -> Iterator[str]:
        """Yield the paths of the inputs that a tensor was made of, those through first operands first."""
        waiting, seen = [tensor], set[int]()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self.given:
                yield self.given[current]
                continue
            found = self.trace.producer(current)
            if found is not None:
                waiting += [ref.id for ref in reversed(list(found[0].operands.values())) if not ref.parameter]

    def parameters_of(self, *tensors: int) -> set[str]:
        """Return the parameters of `forward` that tensors were made of."""
        return {parameter_of(path) for tensor in tensors for path in self.inputs_of(tensor)}


def input_axes(steps: Iterable[Step]) -> list[tuple[str, int]]:
    """Return the axes of inputs that a trail comes to, as path and axis; one that it comes to twice stands twice."""
    return [(str(step.call.params["name"]), step.axis) for step in steps if step.call.op == INPUT]


def called(model: Any, arguments: dict[str, Any]) -> Any:
    """Call a module or a function; an argument whose name begins with `*` holds several positional ones."""
    listed = [opened(item) for name, value in arguments.items() if name.startswith("*") for item in value]
    named = {name: opened(value) for name, value in arguments.items() if not name.startswith("*")}
    return model(*listed, **named)


class _Enough(BaseException):
    """Ends a run that is only to show what fails first; the module's own code catches no such thing."""


def tried(model: Any, call: CallSpec, frontend: TorchFrontend, *, briefly: bool = False) -> Trial:
    """Run a module on a call's arguments, under the frontend, and return what was seen.

    Args:
        model: The module, or a function.
        call: What it is given.
        frontend: Watches it.
        briefly: End with the first failure, instead of going on with a stand-in for what failed.
    """
    frontend.trace, frontend.unpacking = Trace(), None
    frontend.modules.running.clear()
    before = frontend.steering.operations
    given: dict[int, str] = {}
    paths = iter([path for path, _ in call.tensors()])
    ended, error, output = "", None, None
    ending = _ending(frontend) if briefly else nullcontext()
    with frontend.running(), as_it_was(model), met_again(model, frontend) as memo, ending:
        arguments = call.made(lambda spec: _input(spec, next(paths), given, frontend))
        try:
            output = called(model, arguments)
        except _Enough:
            pass
        except (Exception, SystemExit) as raised:  # whatever a module raises ends it, and is told
            error = raised
            ended = what_ended(raised, frontend)[1] or type(raised).__name__
    asked = memo is None or memo.mode_read
    return Trial(call, frontend.trace, given, ended, error, output, frontend.steering.operations - before, asked)


@contextmanager
def _ending(frontend: TorchFrontend) -> Generator[None]:
    """End what runs with the first failure."""

    def stop() -> None:
        if frontend.trace.failures[-1].type:
            raise _Enough

    was, frontend.on_failure = frontend.on_failure, stop
    try:
        yield
    finally:
        frontend.on_failure = was


def _input(spec: TensorSpec, path: str, given: dict[int, str], frontend: TorchFrontend) -> torch.Tensor:
    """Make an input whose sizes know which axis of it they were chosen for."""
    sizes = tuple(Size(axis.size, Origin("guess", axis.size, name=f"{path}.{at}")) for at, axis in enumerate(spec.axes))
    dtype = getattr(torch, KINDS[spec.kind])
    with frontend.quietly():
        tensor = torch.empty(spec.shape, dtype=dtype)
    fact = fact_of(tensor)
    fact.device = frontend.home
    names = {at: axis.name for at, axis in enumerate(spec.axes) if axis.name}
    fact.axes.update(names if spec.told else {at: Supposed(name) for at, name in names.items()})
    if spec.highest is not None and tensor.numel() >= ENOUGH_DRAWS:
        fact.bounds = (0, spec.highest)
    given[fact.id] = path
    told = {"shape": sizes, "name": path, "supposed": not spec.told}
    frontend.trace.add(OpCall(-1, INPUT, {}, told, (ref_of(tensor),)))
    return tensor
