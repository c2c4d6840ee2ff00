"""The frontend of programs that really run: frameworks are adapted to as the program imports them."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from axiswise.facts import Conflict, Frame, LayerRef
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.messages import read_message
from axiswise.frontends.steering import DRAINING, Steering
from axiswise.source.annotating import Annotations
from axiswise.source.frames import UserCode
from axiswise.source.observing import Observer
from axiswise.source.shape_evidence import is_about_shape

ADAPTERS = {
    **{each: each for each in ("numpy", "tensorflow", "keras", "jax", "torch")},
    "tf_keras": "tf_keras",
    "sklearn.model_selection": "sklearn",
    "sklearn.utils": "sklearn",
    "sklearn.preprocessing": "sklearn",
}
"""A framework's package or module, and the folder of `axiswise.frontends` whose `adapter` knows it."""

MACHINERY = ("keras.", "tensorflow.", "tf_keras.", "jax.", "numpy.", "torch.")
"""Modules through which a framework carries a question that someone else asked."""

PATIENCE = 20.0
"""Seconds a loop that does not train may run without anything new: its arrays are real, and may need every round."""


class EagerFrontend(Recorder):
    """Runs a program for real, cut short."""

    def __init__(self, user: UserCode, steering: Steering) -> None:
        super().__init__(user, steering)
        self.observer: Observer | None = self
        self.annotations: Annotations | None = None

    def prepare(self) -> None:
        """Adapt to what is loaded already, and to the rest as it comes."""
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # small arrays: threads that spin only take turns
        sys.meta_path.insert(0, _Attaching(self))
        for package in ADAPTERS:
            if package in sys.modules:
                attach(package, self)

    @contextmanager
    def running(self) -> Generator[None]:
        """Run as the program is: the observer is called from its instrumented source."""
        yield

    def refused(self, error: Exception, frames: tuple[Frame, ...]) -> Conflict | None:
        """Return what an exception says that no recorded call raised; None where it is not about shapes."""
        read = read_message(type(error).__name__, str(error))
        return read if read is not None and is_about_shape(read, frames, self.user.sources) else None

    def layer(self) -> LayerRef | None:
        """Return the library's layer that is running, if one is."""
        return self.running_layer()

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running modules as (path, class), outermost first."""
        return self.running_modules()


def attach(package: str, recorder: Recorder) -> None:
    """Let a framework's adapter put its hooks in place."""
    importlib.import_module(f"axiswise.frontends.{ADAPTERS[package]}.adapter").attach(recorder)


class _Attaching(importlib.abc.MetaPathFinder):
    """Adapts to a framework once its package has been imported."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.loading = 0
        self.loaded: list[str] = []

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname not in ADAPTERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        loader = spec.loader if spec is not None else None
        if loader is None:
            return None
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            self.loading += 1
            try:
                execute(module)
            finally:
                self.loading -= 1
            # Keras loads its backend before it is whole itself, and the backend's names lead back to it.
            self.loaded.append(fullname)
            while self.loaded and not self.loading:
                attach(self.loaded.pop(0), self.recorder)

        loader.exec_module = exec_module
        return spec


def begun(user: UserCode, flipped: frozenset[tuple[str, int]]) -> EagerFrontend:
    """Return the frontend of one run; lines in `flipped` decide their first unknown value the other way."""
    return EagerFrontend(user, Steering(user, flipped, MACHINERY, PATIENCE, DRAINING))


def warm() -> None:
    """Load what every run needs, before the server forks: NumPy, and no framework that a program may not want."""
    from axiswise.ops.contract import contracts
    from axiswise.rules.rule import rules

    importlib.import_module("numpy")
    for load in (contracts, rules):
        load()
