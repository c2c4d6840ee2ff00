"""Stand-ins for the parts of torch that an abstract run must not really do: devices, training steps, files, compilers.

`install(tracer)` puts them in place for good: nothing is restored, since the child process ends with the run.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import FakeTensor, unset_fake_temporarily

from axiswise.facts import is_series
from axiswise.frontends.torch import calls, copying, loading, modules, narrow, packing, typed
from axiswise.frontends.torch.tensors import fact_of, tensors_in
from axiswise.frontends.torch.tracer import Tracer
from axiswise.frontends.torch.values import bounds_of
from axiswise.frontends.torch.vocabulary.reading import Reading
from axiswise.origin import Size

MOST_BATCHES_READ = 4
"""Batches asked of a loader whose length is not known."""


def install(tracer: Tracer) -> None:
    """Put every stand-in in place."""
    modules.install(tracer)
    _devices(tracer)
    _training(tracer)
    _files()
    _compilers()
    _comparisons()
    # No mode sees this one called.
    torch.from_numpy = lambda array: calls.from_numpy(tracer, array)  # type: ignore[assignment]
    _loaders(tracer)
    packing.install()
    copying.install()
    typed.install(tracer)
    narrow.install()
    loading.install(tracer)
    torch.backends.mha.set_fastpath_enabled(False)


def _answering(value: Any) -> Callable[..., Any]:
    """Return a function that takes anything and answers with one value."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        return value

    return answer


# -- devices -----------------------------------------------------------------------------------------------------------
_PROPERTIES = types.SimpleNamespace(
    name="CUDA device", major=8, minor=0, total_memory=1 << 34, multi_processor_count=108, warp_size=32
)


def _devices(tracer: Tracer) -> None:
    cuda: Any = torch.cuda
    answers: dict[str, Any] = {
        "is_available": True,
        "device_count": 1,
        "current_device": 0,
        "get_device_name": "CUDA device",
        "get_device_capability": (8, 0),
        "get_device_properties": _PROPERTIES,
        "is_bf16_supported": True,
        "is_initialized": True,
        "memory_allocated": 0,
        "max_memory_allocated": 0,
        "memory_reserved": 0,
        "max_memory_reserved": 0,
        "mem_get_info": (1 << 34, 1 << 34),
        "get_rng_state": None,
    }
    for name, value in answers.items():
        modules.replace_in(cuda, name, _answering(value))
    for name in (
        "synchronize",
        "empty_cache",
        "set_device",
        "manual_seed",
        "manual_seed_all",
        "init",
        "reset_peak_memory_stats",
    ):
        modules.replace_in(cuda, name, _answering(None))
    for name in ("device", "stream"):
        modules.replace_in(cuda, name, _answering(contextlib.nullcontext()))
    for owner in (torch, torch.amp, torch.cuda.amp, torch.cpu.amp):
        modules.replace_in(owner, "autocast", _NoCast)
    _labels_as_devices()


def _labels_as_devices() -> None:
    """Let a fake tensor's `device`, a Python property that no mode sees, be its label to all but torch's inside."""
    inside: Any = FakeTensor.device

    def device(self: FakeTensor) -> torch.device:
        asking = sys._getframe(1).f_globals.get("__name__", "")  # pyright: ignore[reportPrivateUsage]
        return inside.fget(self) if asking.startswith(("torch._", "torch.fx")) else torch.device(fact_of(self).device)

    FakeTensor.device = property(device)  # type: ignore[assignment, method-assign]


class _NoCast(contextlib.ContextDecorator):
    """`autocast` as a context and as a decorator: it changes types, not axes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __enter__(self) -> _NoCast:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


# -- training ----------------------------------------------------------------------------------------------------------
def _training(tracer: Tracer) -> None:
    def step(self: Any, closure: Callable[[], Any] | None = None, *args: Any, **kwargs: Any) -> Any:
        tracer.steering.trained()
        return closure() if closure is not None else None

    for kind in vars(torch.optim).values():
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer:
            kind.step = step

    class GradScaler(torch.amp.GradScaler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__("cpu", enabled=False)

    for owner in (torch.amp, torch.cuda.amp):
        modules.replace_in(owner, "GradScaler", GradScaler)

    def backward(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
        _backward_all(tracer, tensors, grad_tensors)

    modules.replace_in(torch.autograd, "backward", backward)
    import torch.utils.checkpoint as checkpointing

    modules.replace_in(checkpointing, "checkpoint", _at_once)


def _at_once(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call what a checkpoint would call, without the checkpoint's own settings."""
    for name in ("use_reentrant", "preserve_rng_state", "determinism_check", "context_fn", "debug"):
        kwargs.pop(name, None)
    return function(*args, **kwargs)


def _backward_all(tracer: Tracer, tensors: Any, gradients: Any) -> None:
    each: Any
    for each in tensors_in(tensors):
        each.backward(None if gradients is None else each)
    tracer.steering.trained()


def _itself(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def _comparisons() -> None:
    """Take values that are not known for close to each other; where shapes differ, they are not."""
    compare = torch.testing.assert_close

    def close(actual: Any, expected: Any, *args: Any, **kwargs: Any) -> None:
        given, wanted = tensors_in(actual), tensors_in(expected)
        is_known = all(fact_of(each).value is not None for each in (*given, *wanted))
        if is_known or [each.shape for each in given] != [each.shape for each in wanted]:
            compare(actual, expected, *args, **kwargs)

    modules.replace_in(torch.testing, "assert_close", close)


# -- files -------------------------------------------------------------------------------------------------------------
def _files() -> None:
    """Keep what is saved in memory: `torch.save` writes from native code, past every Python barrier."""
    saved: dict[str, Any] = {}
    load = torch.load

    # Whoever shares it is another process, and none is started.
    modules.replace_in(torch.Tensor, "share_memory_", _itself)

    def key(file: Any) -> str:
        return os.path.abspath(os.fspath(file)) if isinstance(file, (str, os.PathLike)) else f"object {id(file)}"

    def save_double(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        saved[key(f)] = obj
        if isinstance(f, (str, os.PathLike)):
            with open(key(f), "wb") as file:
                file.write(b"saved on an abstract run")

    def load_double(f: Any, *args: Any, **kwargs: Any) -> Any:
        if key(f) in saved:
            return saved[key(f)]
        with unset_fake_temporarily():
            kwargs["map_location"] = "cpu"
            return load(f, *args, **kwargs)

    torch.save, torch.load = save_double, load_double


# -- compilers ---------------------------------------------------------------------------------------------------------
def _compilers() -> None:
    def same(model: Any = None, *args: Any, **kwargs: Any) -> Any:
        return model if model is not None else same

    def traced(func: Any, *args: Any, **kwargs: Any) -> Any:
        return func

    modules.replace_in(torch, "compile", same)
    modules.replace_in(torch.nn.Module, "compile", _answering(None))
    modules.replace_in(torch.jit, "script", same)
    modules.replace_in(torch.jit, "script_if_tracing", same)
    modules.replace_in(torch.jit, "ignore", same)
    modules.replace_in(torch.jit, "trace", traced)
    modules.replace_in(torch, "set_num_threads", _answering(None))

    class Passing(torch.nn.Module):
        def __init__(self, module: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            self.module = module

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return self.module(*args, **kwargs)

    for name in ("DataParallel",):
        Double = type(name, (Passing,), {})
        modules.replace_in(torch.nn, name, Double)
        modules.replace_in(torch.nn.parallel, name, Double)
    Double = type("DistributedDataParallel", (Passing,), {})
    modules.replace_in(torch.nn.parallel, "DistributedDataParallel", Double)


# -- loaders -----------------------------------------------------------------------------------------------------------
def _loaders(tracer: Tracer) -> None:
    from torch.utils.data import DataLoader, _utils

    kind = cast("Any", DataLoader)
    collating = cast("Any", _utils).collate
    begin = kind.__init__

    def __init__(self: Any, dataset: Any, batch_size: Any = 1, *args: Any, **kwargs: Any) -> None:
        kwargs.update(num_workers=0, pin_memory=False)
        for name in (
            "prefetch_factor",
            "persistent_workers",
            "multiprocessing_context",
            "pin_memory_device",
            "timeout",
        ):
            kwargs.pop(name, None)
        begin(self, dataset, batch_size, *args[:3], **kwargs)
        object.__setattr__(self, "_axiswise_batch", batch_size)

    def __iter__(self: Any) -> Iterator[Any]:
        for batch, many in _batches(self):
            yield _named(tracer, self, batch, many, sys._getframe(0))  # pyright: ignore[reportPrivateUsage]

    kind.__init__, kind.__iter__ = __init__, __iter__
    collating.default_collate_fn_map = dict(collating.default_collate_fn_map)

    def collate_tensors(batch: Any, *, collate_fn_map: Any = None) -> torch.Tensor:
        return torch.stack(list(batch), 0)

    def collate_arrays(batch: Any, *, collate_fn_map: Any = None) -> torch.Tensor:
        return torch.stack([torch.as_tensor(array) for array in batch], 0)

    collating.default_collate_fn_map[torch.Tensor] = collate_tensors
    if importlib.util.find_spec("numpy"):
        import numpy

        collating.default_collate_fn_map[numpy.ndarray] = collate_arrays


def _batches(loader: Any) -> Iterator[tuple[Any, int]]:
    """Yield the first batch, the last one, which may be smaller, and the second: the newest to see comes first.

    Each comes with how many examples it is of; 0 where a dataset makes batches itself.
    """
    from torch.utils.data import IterableDataset
    from torch.utils.data.sampler import BatchSampler

    dataset, collate = loader.dataset, loader.collate_fn
    if isinstance(loader.dataset, IterableDataset):
        items: Iterator[Any] = iter(dataset)
        for _ in range(MOST_BATCHES_READ if loader.batch_size else 0):
            chunk = list(islice(items, loader.batch_size))
            if not chunk or (loader.drop_last and len(chunk) < loader.batch_size):
                return
            yield collate(chunk), len(chunk)
        return
    sampler = loader.batch_sampler if loader.batch_sampler is not None else loader.sampler
    if type(sampler) is BatchSampler:
        total, size, count = len(cast("Any", sampler).sampler), int(sampler.batch_size), len(sampler)
        wanted = [index for index in dict.fromkeys((0, count - 1, 1)) if index < count]
        lists: list[Any] = [list(range(index * size, min((index + 1) * size, total))) for index in wanted]
        lists = [[position % max(len(dataset), 1) for position in positions] for positions in lists]
    else:
        with unset_fake_temporarily():
            lists = list(islice(iter(sampler), MOST_BATCHES_READ))
    for positions in lists:
        if is_series(positions):
            many = getattr(dataset, "__getitems__", None)
            yield collate(many(positions) if many else [dataset[position] for position in positions]), len(positions)
        else:
            yield collate(dataset[positions]), 0


def _named(tracer: Tracer, loader: Any, batch: Any, many: int, frame: Any) -> Any:
    """Name the batch axis of what a loader yields, and let its size come from the loader's argument.

    A user's own `collate_fn` may put another axis first (`pad_sequence`): the one of as many elements is the batch.
    """
    tensors = tensors_in(batch)
    size = getattr(loader, "_axiswise_batch", None)
    if not tensors or not isinstance(size, Size):
        size = loader.batch_size
    with tracer.quietly():
        call = tracer.call_of(
            Reading("load-batch", {f"tensors.{i}": tensor for i, tensor in enumerate(tensors)}, {"batch_size": size}),
            frame,
            spelled="torch.utils.data.DataLoader",
        )
        from axiswise.frontends.torch.tensors import ref_of
        from axiswise.frontends.torch.tracer import renewed

        plainly = cast("Any", torch.utils.data).default_collate

        for tensor in tensors:
            bounds = bounds_of(tensor)
            renewed(tensor)
            fact_of(tensor).bounds = bounds  # another batch has other numbers, but of the same range
            is_certain = loader.collate_fn is plainly or list(tensor.shape).count(many) == 1
            if tensor.dim() and loader.batch_size is not None and tensor.shape[0] == many and is_certain:
                fact_of(tensor).axes.setdefault(0, "batch")
                tracer.sizes.setdefault("batch", set()).add(int(tensor.shape[0]))
        call.outputs = tuple(ref_of(tensor) for tensor in tensors)
    tracer.trace.add(call)
    return batch
