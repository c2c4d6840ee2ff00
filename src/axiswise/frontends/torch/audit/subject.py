"""A module that is run again and again, each time as if for the first time: seeded, with what it keeps put back."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import torch

from axiswise.frontends.torch.audit.leaves import Inputs, as_call, leaves


@dataclass(frozen=True, slots=True)
class Run:
    """What a run returned: its tensors by path, or what it raised."""

    outputs: dict[str, torch.Tensor]
    raised: str = ""


class Disturbed(Inputs):
    """Inputs of a run in which something on the way is changed too.

    Attributes:
        disturbing: Makes the context of such a run.
    """

    def __init__(self, inputs: Inputs, disturbing: Callable[[torch.nn.Module], AbstractContextManager[Any]]) -> None:
        super().__init__(inputs)
        self.disturbing = disturbing


class Subject:
    """A module under experiment. It may be changed at will: this is a fork of the process that has it.

    Attributes:
        module: The module.
        seed: What random states begin with in every run.
        runs: How often it was run.
    """

    def __init__(self, module: torch.nn.Module, seed: int) -> None:
        self.module = module
        self.seed = seed
        self.runs = 0
        scripted = {each for each in module.modules() if isinstance(each, torch.jit.ScriptModule)}
        self._kept = [(each, _held(each)) for each in module.modules() if each not in scripted]
        self._scripted = tuple(scripted)
        self._grad: Callable[[], AbstractContextManager[Any]] = torch.no_grad

    def run(self, inputs: Inputs, watch: AbstractContextManager[Any] | None = None, seed: int | None = None) -> Run:
        """Run the module from its first state; an exception is told, not raised."""
        self.restore()
        self.runs += 1
        _seed(self.seed if seed is None else seed)
        positional, keywords = as_call(self.module, inputs)
        disturbing = inputs.disturbing(self.module) if isinstance(inputs, Disturbed) else nullcontext()
        try:
            with self._grad(), disturbing, watch if watch is not None else nullcontext():
                result = self.module(*positional, **keywords)
        except Exception as error:  # whatever a module raises on what it was not made for
            if self._grad is torch.no_grad and "does not require grad" in str(error):
                self._grad = torch.enable_grad  # it takes derivatives on its way
                return self.run(inputs, watch, seed)
            return Run({}, f"{type(error).__name__}: {' '.join(str(error).split())}"[:200])
        found = {path: tensor.detach().clone() for path, tensor in leaves(result) if _is_plain(tensor)}
        return Run(found)

    def restore(self) -> None:
        """Put back what the module kept when it came: attributes, buffers, what its lists and dicts held."""
        for module, held in self._kept:
            _put_back(module, held)

    def train(self, mode: bool) -> None:
        """Set every submodule to training or to evaluation, in the state that runs begin with too."""
        for module, held in self._kept:
            held[0]["training"] = mode
            module.training = mode
        for module in self._scripted:
            module.train(mode)


_Held = tuple[dict[str, Any], dict[str, tuple[Any, Any]]]


def _held(module: torch.nn.Module) -> _Held:
    """Return a module's attributes, and the contents of those that can change in place."""
    own = dict(vars(module))
    contents: dict[str, tuple[Any, Any]] = {}
    for name, value in own.items():
        if name in ("_parameters", "_modules") or name.endswith("_hooks"):
            continue
        if name == "_buffers":
            tensors = cast("dict[str, torch.Tensor | None]", value)
            contents[name] = value, {key: (each, _copy(each)) for key, each in tensors.items()}
        elif isinstance(value, torch.Tensor):
            contents[name] = value, _copy(value)
        elif type(value) in (list, dict, set):
            contents[name] = value, value.copy()
    return own, contents


def _copy(tensor: torch.Tensor | None) -> torch.Tensor | None:
    return tensor.detach().clone() if tensor is not None and _is_plain(tensor) else None


def _put_back(module: torch.nn.Module, held: _Held) -> None:
    own, contents = held
    space = vars(module)
    for name in [name for name in space if name not in own]:
        del space[name]
    space.update(own)
    for name, (value, content) in contents.items():
        if name == "_buffers":
            value.clear()
            for key, (tensor, values) in content.items():
                value[key] = _with(tensor, values)
        elif isinstance(value, torch.Tensor):
            _with(value, content)
        elif isinstance(value, list):
            value[:] = content
        else:
            value.clear()
            value.update(content)


def _with(tensor: torch.Tensor | None, values: torch.Tensor | None) -> torch.Tensor | None:
    if tensor is not None and values is not None and tensor.shape == values.shape and not _same(tensor, values):
        tensor.data.copy_(values)
    return tensor


def _same(tensor: torch.Tensor, values: torch.Tensor) -> bool:
    return bool(torch.equal(tensor.detach(), values))


def _is_plain(tensor: torch.Tensor) -> bool:
    return tensor.layout == torch.strided and not tensor.is_nested and not tensor.is_meta


def _seed(seed: int) -> None:
    cast("Any", torch).manual_seed(seed)
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
