"""Check a module that was built already: the job of a child that was forked with the module in it.

The module becomes one of fake tensors first: its parameters keep their shapes, types and device (as a label), and small
whole-number buffers their values. Nothing is computed with what they held, and no accelerator is spoken to: a process
that was forked cannot use CUDA.
"""

from __future__ import annotations

import inspect
import os
import sys
import time
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.nn.parameter import is_lazy

from axiswise.frontends import program
from axiswise.frontends.construction import Built, is_setting
from axiswise.frontends.torch import narrow
from axiswise.frontends.torch.aside import aside
from axiswise.frontends.torch.frontend import TorchFrontend
from axiswise.frontends.torch.layers import BUILT
from axiswise.frontends.torch.models.job import Examined
from axiswise.frontends.torch.models.meant import Meant
from axiswise.frontends.torch.models.trials import Trial
from axiswise.frontends.torch.tensors import fact_of
from axiswise.frontends.torch.values import MOST_VALUES
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

_CPU = torch.device("cpu")


def examine(job: dict[str, Any]) -> dict[str, Any]:
    """Find out what a module takes, run it, and say what failed and for which sizes it holds.

    Args:
        job: `model`, and `inputs` (texts, where they are given).

    Returns:
        As `axiswise.frontends.torch.models.job.examine`.
    """
    return aside(partial(_examined, job))


def _examined(job: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    model: torch.nn.Module = job["model"]
    os.environ["AXISWISE_REPLAY"] = "1"
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)  # the threads of the caller's pool are not there
    sources = Sources()
    user = UserCode(sources, files_of(model))
    frontend = cast("TorchFrontend", program.begun(program.TORCH, user, frozenset()))
    frontend.home = home_of(model)
    kept = made_fake(model, frontend)
    frontend.prepare()
    narrow.without_device()
    described(model, user)
    examined = _Live(frontend, sources, {**job, "name": type(model).__name__})
    result = examined.result(began)
    del kept
    return result


class _Live(Examined):
    """What is found out of a module that is there."""

    def _built(self) -> Any:
        return self.job["model"]

    def _read_likely(self, meant: Meant, found: Trial) -> None:
        """Say nothing: a fix would have to bear it out, and none is tried on a module that was built already."""


def files_of(model: torch.nn.Module) -> set[str]:
    """Return the files in which a model's classes are written: all but torch's own."""
    kinds = {type(module) for module in model.modules()}
    names = {kind.__module__ for kind in kinds if kind.__module__.partition(".")[0] != "torch"}
    files = (getattr(sys.modules.get(name), "__file__", None) for name in names)
    return {file for file in files if file}


def described(model: torch.nn.Module, user: UserCode) -> None:
    """Let each module know the arguments it was built with, as far as it keeps them under their names."""
    taken: dict[type, list[str]] = {}
    for module in model.modules():
        kind, held = type(module), vars(module)
        if kind not in taken:
            taken[kind] = list(inspect.signature(kind.__init__).parameters)
        settings = {name: held[name] for name in taken[kind] if name in held and is_setting(held[name])}
        object.__setattr__(module, BUILT, Built((), settings))


def home_of(model: torch.nn.Module) -> str:
    """Return the one device that a model is on; where it is on several, the CPU: where it puts what is not followed."""
    found = {str(tensor.device) for tensor in (*model.parameters(), *model.buffers())} - {"meta"}
    return found.pop() if len(found) == 1 else "cpu"


# -- real tensors to fake ones -----------------------------------------------------------------------------------------
def made_fake(model: torch.nn.Module, frontend: TorchFrontend) -> list[Any]:
    """Put fake tensors in the place of a module's own; return these, so that nothing frees them meanwhile."""
    made: dict[int, torch.Tensor] = {}
    kept: list[Any] = []

    def fake(tensor: torch.Tensor) -> torch.Tensor:
        if is_lazy(tensor):
            return tensor
        if id(tensor) not in made:
            kept.append(tensor)
            made[id(tensor)] = _fake(tensor, frontend)
        return made[id(tensor)]

    for module in model.modules():
        for holder, name, tensor in _held(module):
            holder[name] = fake(tensor)
            if isinstance(name, str):
                fact_of(holder[name]).parameter = name
    return kept


def _held(module: torch.nn.Module) -> Iterator[tuple[Any, Any, torch.Tensor]]:
    """Yield the tensors of a module, each with what holds it: parameters, buffers, attributes, lists of such."""
    inside = vars(module)
    for holder in (inside["_parameters"], inside["_buffers"], inside):
        for name, value in list(cast("dict[str, Any]", holder).items()):
            if isinstance(value, torch.Tensor):
                yield holder, name, value
            elif holder is inside and type(value) in (list, dict) and name not in ("_parameters", "_buffers"):
                listed: Any = value
                keys: Any = list(listed) if type(value) is dict else range(len(listed))
                for key, item in [(key, listed[key]) for key in keys]:
                    if isinstance(item, torch.Tensor):
                        yield listed, key, item


def _fake(tensor: torch.Tensor, frontend: TorchFrontend) -> torch.Tensor:
    if tensor.layout == torch.strided:
        inside = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")
        made: torch.Tensor = FakeTensor(frontend.fake, inside, _CPU)  # as torch does, but for its way there
    else:
        with frontend.fake:
            made = torch.empty(tuple(tensor.shape), dtype=tensor.dtype)
    if isinstance(tensor, torch.nn.Parameter):
        made.requires_grad_(tensor.requires_grad)
        vars(made)["_is_param"] = True  # what makes any tensor a parameter to torch
    fact = fact_of(made)
    fact.device = frontend.home
    if _has_values(tensor):
        fact.value = tensor.detach().clone()
    return made


def _has_values(tensor: torch.Tensor) -> bool:
    """Return whether a tensor's values are at hand and tell something of shapes: whole numbers, on the CPU."""
    if isinstance(tensor, FakeTensor) or tensor.device.type != "cpu" or tensor.layout != torch.strided:
        return False
    return not tensor.is_floating_point() and not tensor.is_complex() and tensor.numel() <= MOST_VALUES
