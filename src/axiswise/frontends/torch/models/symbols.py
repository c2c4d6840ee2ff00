"""Run a module once on symbols: which relations between its axes' sizes did torch rely on.

The axes that a `CallSpec` names are symbols of torch's `ShapeEnv`, one a name, and stand for every size from 2. Nothing
is recorded and no contract is asked, since each comparison of a symbol adds a guard: looking would change what is seen.
Values that shapes do not give are decided as on the concrete runs. Which rows an index asks for is followed beside
torch, which guards no such thing (`reaches`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from types import FrameType
from typing import Any, cast

import torch
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
)
from torch.backends import opt_einsum
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode, ShapeEnv
from torch.overrides import TorchFunctionMode

from axiswise.facts import OpCall, Trace
from axiswise.frontends.steering import Steering
from axiswise.frontends.torch import calls, values
from axiswise.frontends.torch.models.alike import alike
from axiswise.frontends.torch.models.decomposed import decomposed
from axiswise.frontends.torch.models.guards import Relation, relation_of
from axiswise.frontends.torch.models.kernels import PADDING, on_symbols
from axiswise.frontends.torch.models.memo import Memo
from axiswise.frontends.torch.models.reaches import Reaches
from axiswise.frontends.torch.models.reckoned import reckoning
from axiswise.frontends.torch.models.sizes import SymbolicSizes, granting
from axiswise.frontends.torch.models.specs import KINDS, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import called
from axiswise.frontends.torch.models.unchanged import as_it_was
from axiswise.frontends.torch.tensors import edges_of, fact_of, tensors_in
from axiswise.frontends.torch.tracer import Tracer, plain_args
from axiswise.frontends.torch.undecided import undecided
from axiswise.frontends.torch.vocabulary.reading import Reading, name_of
from axiswise.source.frames import plain

_PLAINLY = frozenset({"torch.Tensor.shape.__get__", "torch.Tensor.size"})
_UNSHAPED = ("device", "generator")
_VALUES_ASKED = (DataDependentOutputException, DynamicOutputShapeException)


@dataclass(frozen=True, slots=True)
class Region:
    """Sizes that take a module the same way: those at which every relation holds, from size 2 of each name.

    Attributes:
        relations: What torch relied on, in the order it did.
        doubts: What it took for granted, mostly that an axis made on the way has not just one element. It goes the same
            way then where that is not so, as a rule.
        names: The axes that were symbols.
    """

    relations: tuple[Relation, ...]
    doubts: tuple[Relation, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a module cannot be run on symbols, in one line.

    Attributes:
        late: It would perhaps run, with more time.
    """

    reason: str
    late: bool = False


def symbolic_run(
    model: torch.nn.Module,
    call: CallSpec,
    tracer: Tracer,
    free: frozenset[str] | None = None,
    *,
    memo: bool = True,
    until: float = inf,
) -> Region | Stopped:
    """Run `model(**arguments)` on symbols.

    To be called outside the tracer's own mode. The module's attributes are afterwards what they were.

    Args:
        model: A module, built under the tracer's fake tensors.
        call: Its arguments; sizes of the named axes are the ones that branches on sizes are taken for.
        tracer: Of the concrete runs: its fake mode, its decisions, its stand-ins.
        free: Names that are symbols; None: all. The other axes have their sizes.
        memo: Run modules met again with the same configuration and the same inputs only once.
        until: When it is given up, in monotonic time.
    """
    names = frozenset(call.sizes()) if free is None else free
    sizes = {name: size for name, size in call.sizes().items() if name in names and size > 1}
    env = SymbolicSizes()
    with ExitStack() as stack:
        stack.enter_context(_env_of(tracer.fake, env))
        stack.enter_context(decomposed(tracer.fake))
        stack.enter_context(granting(env))
        stack.enter_context(reckoning())
        stack.enter_context(as_it_was(model, numbers=True))
        stack.enter_context(decided_anew(tracer.steering))
        stack.enter_context(_one_kernel())
        stack.enter_context(cast("Any", opt_einsum).flags(enabled=False))  # it orders products by numbers
        symbols = {name: env.symbol(name, size) for name, size in sizes.items()}
        run = SymbolicMode(tracer, env, Memo(tracer) if memo else None, until)
        with tracer.quietly(), tracer.fake:
            given = call.made(lambda spec: _made(spec, symbols))
        stack.enter_context(_unrecorded(tracer, run))
        try:
            with torch.no_grad(), tracer.fake, enable_python_dispatcher(), run:
                called(model, given)
        except Exception as error:  # whatever a symbolic run ends by, it ends the symbolic run only
            return Stopped(_why(error, run), isinstance(error, TimeoutError))
    relations = _relations(env, [*env.relied_on(), *run.reaches.claims])
    return Region(relations, _relations(env, env.doubts()), frozenset(symbols))


def _made(spec: TensorSpec, symbols: Mapping[str, Any]) -> torch.Tensor:
    dtype: torch.dtype = getattr(torch, KINDS[spec.kind])
    made = torch.empty(tuple(symbols.get(axis.name, axis.size) for axis in spec.axes), dtype=dtype)
    if spec.highest is not None and not dtype.is_floating_point:
        fact_of(made).bounds = (0, spec.highest)
    return made


def _relations(env: SymbolicSizes, guards: Iterable[Any]) -> tuple[Relation, ...]:
    found = (relation_of(guard, env.names, env.defined) for guard in guards)
    return tuple(dict.fromkeys(relation for relation in found if relation is not None))


@contextmanager
def _one_kernel() -> Generator[None]:
    """Let convolutions choose no library by their sizes: for shapes they are all one."""
    native: Any = torch._C  # pyright: ignore[reportPrivateUsage]
    was = native._select_conv_backend, native._conv_determine_backend_memory_format

    def backend(*_: Any, **__: Any) -> Any:
        return native._ConvBackend.Overrideable

    def memory_format(*_: Any, **__: Any) -> Any:
        return torch.contiguous_format

    native._select_conv_backend, native._conv_determine_backend_memory_format = backend, memory_format
    try:
        yield
    finally:
        native._select_conv_backend, native._conv_determine_backend_memory_format = was


@contextmanager
def decided_anew(steering: Steering) -> Generator[None]:
    """Decide what values would decide, and when a loop shows nothing new, as on a first run: each goes the same way."""
    was = steering.decided, steering.asked, steering.seen
    steering.decided, steering.asked, steering.seen = {}, {}, set()
    try:
        yield
    finally:
        steering.decided, steering.asked, steering.seen = was


# -- what the run stands in --------------------------------------------------------------------------------------------
@contextmanager
def _env_of(fake: FakeTensorMode, env: ShapeEnv) -> Generator[None]:
    """Put a mode on symbols; it keeps no operations, of which few come twice beside those that a memo knows."""
    was = fake.shape_env, fake.static_shapes, fake.cache_enabled
    fake.shape_env, fake.static_shapes, fake.cache_enabled = env, False, False
    try:
        yield
    finally:
        fake.shape_env, fake.static_shapes, fake.cache_enabled = was


@contextmanager
def _unrecorded(tracer: Tracer, run: SymbolicMode) -> Generator[None]:
    """Let modules and einops' functions run as they are, past the tracer of the concrete runs."""
    module: Any = torch.nn.Module
    was = module.__call__
    plainly = module._wrapped_call_impl
    memo = run.memo

    def remembered(self: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        return memo.call(self, args, kwargs, plainly) if memo is not None else plainly(self, *args, **kwargs)

    def at_once(reading: Any, call: Callable[[], Any], *_: Any) -> Any:
        return call()

    module.__call__ = remembered
    vars(tracer)["layer_call"] = at_once
    try:
        with memo.watching() if memo is not None else ExitStack():
            yield
    finally:
        module.__call__ = was
        del vars(tracer)["layer_call"]


# -- the mode ----------------------------------------------------------------------------------------------------------
class SymbolicMode(TorchFunctionMode):
    """Answers what shapes do not give, and leaves shapes to torch. A small sibling of `Tracer`."""

    def __init__(self, tracer: Tracer, env: SymbolicSizes, memo: Memo | None = None, until: float = inf) -> None:
        super().__init__()
        self.until = until
        self.fake, self.user = tracer.fake, tracer.user
        self.steering, self.reading = tracer.steering, tracer.reading
        self.quietly = tracer.quietly
        self.raising = 1
        self.env = env
        self.memo = memo
        self.reaches = Reaches()
        self.trace = Trace()
        self.last = ""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = name_of(func)
        answer = calls.ANSWERS.get(name) if name not in _PLAINLY else None
        if answer is not None:
            result = answer(cast("Any", self), func, args, kwargs)
            if result is not calls.UNANSWERED:
                return result
        return self.run(func, name, args, kwargs, sys._getframe(1))  # pyright: ignore[reportPrivateUsage]

    def run(self, func: Any, name: str, args: Any, kwargs: Any, frame: FrameType) -> Any:
        """Run one call, and note which values it makes and asks for."""
        if name in _PLAINLY:
            return func(*args, **kwargs)
        word = name.rpartition(".")[2]
        if time.monotonic() > self.until:
            raise TimeoutError
        self.last = name
        inputs = tensors_in((args, kwargs))
        device = self._device(inputs, kwargs)
        kwargs = {key: plain(value) for key, value in kwargs.items() if key not in _UNSHAPED}
        args = plain_args(args)
        try:
            result = None
            if _symbolic((inputs, args, kwargs)):
                result = alike(word, args, kwargs)
                result = on_symbols(word, args, kwargs) if result is None else result
            if result is None:
                result = func(*args, **kwargs)
        except _VALUES_ASKED:
            result = undecided(cast("Any", self), word, args, kwargs)
            if result is calls.UNANSWERED:
                raise
        if word in PADDING and isinstance(result, torch.Tensor):
            with self.quietly():
                result = self.env.renamed(result)
        outputs = tensors_in(result)
        for tensor in outputs:
            fact_of(tensor).device = device
        with self.quietly():
            if outputs and not _symbolic((args, kwargs)) and not any(_symbolic(tensor.shape) for tensor in outputs):
                values.shadowed(func, word, args, kwargs, result)
            self.reaches.follow(word, args, kwargs, result)
        return result

    def call_of(self, reading: Reading, frame: FrameType, *, spelled: str) -> OpCall:
        """Return a call for what is written down whole (gradients): of a run on symbols, nobody reads it."""
        return OpCall(-1, reading.op, {}, spelled=spelled)

    def _device(self, inputs: list[torch.Tensor], kwargs: dict[str, Any]) -> str:
        asked = kwargs.get("device")
        if asked is not None:
            return calls.label(asked)
        labels = [fact_of(tensor).device for tensor in inputs]
        return next((found for found in labels if found != "cpu"), "cpu") if labels else calls.default_device()


def _symbolic(value: Any) -> bool:
    """Return whether nested arguments hold a symbol, tensors with one among their sizes included."""
    if isinstance(value, (torch.SymInt, torch.SymFloat, torch.SymBool)):
        return True
    if isinstance(value, torch.Tensor):
        return value.layout == torch.strided and any(isinstance(size, torch.SymInt) for size in value.shape)
    if isinstance(value, slice):
        return any(_symbolic(edge) for edge in edges_of(value))
    if isinstance(value, dict):
        return any(_symbolic(item) for item in cast("dict[Any, Any]", value).values())
    return isinstance(value, (tuple, list)) and any(_symbolic(item) for item in cast("list[Any]", value))


def _why(error: Exception, run: SymbolicMode) -> str:
    frames = run.user.of_error(error)
    place = f" at line {frames[-1].span.line}" if frames else ""
    if isinstance(error, TimeoutError):
        return "there was no time to follow it for all sizes"
    if isinstance(error, (GuardOnDataDependentSymNode, *_VALUES_ASKED)):
        return f"a size depends on the values of a tensor{place}"
    return f"{run.last or 'the module'} does not run on sizes that are not known{place} ({type(error).__name__})"
