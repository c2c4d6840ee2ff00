"""Which module is running, where it hangs in the model, and with which arguments it was built."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import cast

import torch

from axiswise.facts import LayerRef
from axiswise.frontends.construction import Built, built_by
from axiswise.source.frames import UserCode

BUILT = "_axiswise_built"


class ModuleStack:
    """The modules whose `__call__` is running, outermost first."""

    def __init__(self, user: UserCode) -> None:
        self.user = user
        self.running: list[torch.nn.Module] = []
        self._paths: dict[int, dict[int, str]] = {}
        self._owned: dict[type, bool] = {}

    def built(self, module: torch.nn.Module) -> None:
        """Remember how a module is being built; called from inside `Module.__init__`."""
        frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
        object.__setattr__(module, BUILT, built_by(module, frame, self.user))

    def path(self, module: torch.nn.Module) -> str:
        """Return a module's path in the outermost running module; empty for that one itself."""
        if not self.running:
            return ""
        root = self.running[0]
        paths = self._paths.get(id(root))
        if paths is None or id(module) not in paths:
            named = cast("Iterable[tuple[str, object]]", root.named_modules())
            paths = self._paths[id(root)] = {id(child): name for name, child in named}
        return paths.get(id(module), "")

    def is_users(self, module: torch.nn.Module) -> bool:
        """Return whether the user wrote a module's class."""
        kind = type(module)
        if kind not in self._owned:
            path = getattr(sys.modules.get(kind.__module__), "__file__", None) or kind.__init__.__code__.co_filename
            self._owned[kind] = self.user.owns_path(path)
        return self._owned[kind]

    def layer(self) -> LayerRef | None:
        """Return the innermost running layer, where a library wrote it."""
        if not self.running or self.is_users(self.running[-1]):
            return None
        return self.ref(self.running[-1])

    def ref(self, module: torch.nn.Module) -> LayerRef:
        """Return the fact for a module."""
        built: Built | None = module.__dict__.get(BUILT)
        settings = built.settings if built else {}
        called = module
        for outer in reversed(self.running[:-1]):
            if self.is_users(outer):
                break
            called = outer
        inside = self.path(module)[len(self.path(called)) :].lstrip(".") if called is not module else ""
        frames = built.frames if built else ()
        return LayerRef(self.path(module), type(module).__name__, settings, frames, called is module, inside)

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running modules as (path, class), outermost first."""
        return tuple((self.path(module), type(module).__name__) for module in self.running)
