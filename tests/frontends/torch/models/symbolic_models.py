"""What the tests of this folder ask a module: regions, and for which sizes it works, with real torch as the judge."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch._subclasses import fake_impls

from axiswise.frontends.torch.frontend import TorchFrontend, begun
from axiswise.frontends.torch.models.regions import Budget, Proof, explore
from axiswise.frontends.torch.models.specs import KINDS, AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.symbols import Region, Stopped, symbolic_run
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources


def spec(text: str, highest: int | None = None, **sizes: int) -> TensorSpec:
    """Return a tensor by jaxtyping's grammar (`Float[batch time 512]`), with sizes of its names."""
    kind, _, rest = text.partition("[")
    words = rest.rstrip("]").split()
    axes = [AxisSpec("", int(word)) if word.isdigit() else AxisSpec(word, sizes[word]) for word in words]
    return TensorSpec(kind, tuple(axes), highest)


@contextmanager
def tracing() -> Iterator[TorchFrontend]:
    """Give a frontend without its stand-ins, which are for good; what it changes in torch is put back."""
    answers: Any = fake_impls.op_implementations_dict
    was = dict(answers)
    try:
        yield begun(UserCode(Sources()), frozenset())
    finally:
        answers.clear()
        answers.update(was)


def region(build: Callable[[], nn.Module], call: CallSpec, **options: Any) -> Region | Stopped:
    with tracing() as frontend:
        return symbolic_run(_built(frontend, build), call, frontend, **options)


def proof(build: Callable[[], nn.Module], call: CallSpec, budget: Budget | None = None) -> Proof:
    """Explore a module; the concrete runs are real torch's."""
    with tracing() as frontend:
        model = _built(frontend, build)

        def symbolic(sizes: Mapping[str, int], free: frozenset[str]) -> Region | Stopped:
            return symbolic_run(model, call.resized(sizes), frontend, free)

        return explore(call, symbolic, lambda sizes: fault(build, call.resized(sizes)), budget)


def _built(frontend: TorchFrontend, build: Callable[[], nn.Module]) -> nn.Module:
    with frontend.running():
        return build()


def fault(build: Callable[[], nn.Module], call: CallSpec) -> str | None:
    """Return what real torch says to a call, or None where it says nothing."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            build()(**call.made(_real))
        except (RuntimeError, ValueError, IndexError) as error:
            return str(error) or type(error).__name__
    return None


def _real(given: TensorSpec) -> torch.Tensor:
    made = torch.zeros(given.shape, dtype=getattr(torch, KINDS[given.kind]))
    return made if given.highest is None else made + given.highest
