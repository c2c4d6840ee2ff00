"""torch's frontend: the tracer, with what it needs around it in a child process."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Generator
from contextlib import contextmanager

import torch

from axiswise.facts import Conflict, Frame, LayerRef
from axiswise.frontends.messages import read_message
from axiswise.frontends.steering import Steering
from axiswise.frontends.torch import doubles
from axiswise.frontends.torch.annotations import TensorAnnotations
from axiswise.frontends.torch.einops_calls import follow_einops
from axiswise.frontends.torch.refusals import of_rows, refused
from axiswise.frontends.torch.tracer import Tracer
from axiswise.source.annotating import Annotations
from axiswise.source.frames import UserCode
from axiswise.source.observing import Observer
from axiswise.source.shape_evidence import is_about_shape, unpacked_within

MACHINERY = ("torch._", "torch.utils._")
"""Modules through which torch carries a question that someone else asked."""


class TorchFrontend(Tracer):
    """Runs a program on torch's fake tensors.

    Attributes:
        home: Label of the device on which a module's inputs are.
    """

    observer: Observer | None = None
    home: str = "cpu"

    def __init__(self, user: UserCode, steering: Steering) -> None:
        super().__init__(user, steering)
        self.annotations: Annotations | None = TensorAnnotations(self)

    def prepare(self) -> None:
        """Put stand-ins in place for what an abstract run must not really do."""
        logging.getLogger("torch").setLevel(logging.CRITICAL)
        doubles.install(self)
        follow_einops(self)

    @contextmanager
    def running(self) -> Generator[None]:
        """Make every torch call arrive at the tracer, on fake tensors."""
        with self.fake, self:
            yield

    def refused(self, error: Exception, frames: tuple[Frame, ...]) -> Conflict | None:
        """Return what an exception says that no call of the vocabulary raised; None where it is not about shapes."""
        read = read_message(type(error).__name__, str(error))
        if read is None:
            return None
        if read.kind == "unpack" and (rows := of_rows(read, frames, self.trace)) is not None:
            return rows
        is_about = is_about_shape(read, frames, self.user.sources)
        if not is_about and not (read.kind == "unpack" and unpacked_within(error)):
            return None
        return refused(error, read, frames, self.user)

    def layer(self) -> LayerRef | None:
        """Return the library's layer that is running, if one is."""
        return self.modules.layer()

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running modules as (path, class), outermost first."""
        return self.modules.within()


def begun(user: UserCode, flipped: frozenset[tuple[str, int]]) -> TorchFrontend:
    """Return the frontend of one run; lines in `flipped` decide their first unknown value the other way.

    What a program draws is the same in every run, unless it says otherwise: a report must not change of itself.
    """
    torch.default_generator.manual_seed(0)
    return TorchFrontend(user, Steering(user, flipped, MACHINERY))


def warm() -> None:
    """Load what every run needs, before the server forks: called once in the warm process."""
    torch.set_num_threads(1)
    load()


def load() -> None:
    """Load what every run needs; nothing of torch is changed."""
    importlib.import_module("torch._dynamo.utils")  # half a second that each child would pay

    from axiswise.frontends.torch.vocabulary.reading import layers, readers
    from axiswise.ops.contract import contracts
    from axiswise.rules.rule import rules

    for registered in (readers, layers, contracts, rules):
        registered()
