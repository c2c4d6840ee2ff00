"""Batches that a model was written for: a number in front of a `view` or an `expand`, a buffer that was made as large.

No failure corrects the batch, for any batch should do. Where nothing else runs, a number that stands for one is tried:
the model is checked with it then, and what it asks of the batch is told as a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from axiswise.frontends.torch.models.asked import demands, is_batch, is_own
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.ops.axes import numbers
from axiswise.origin import origin_of

MADE = frozenset({"reshape", "expand", "repeat", "zeros", "ones", "randn", "rand", "full", "empty"})
MEETING = ("state", "broadcast", "join")
"""Conflicts of what is as large as the batch; a layer's own numbers ask for channels and features."""
MOST = 3
"""Numbers that are tried."""
EVEN = 8
"""A batch that is tried last: groups of two or four examples come out even, and tables of many."""


def batches(trial: Trial) -> list[int]:
    """Return the numbers in a failed run that may stand for the batch that a model was written for."""
    found = [*islice(dict.fromkeys([*_written(trial), *_asked(trial)]), MOST)]
    return found if _is_left_over(trial) else [*found, EVEN]


def _is_left_over(trial: Trial) -> bool:
    """Return whether a reshape failed that has as many examples as are left over: of enough of them, any comes out."""
    conflicts = [each for failure in trial.failures[:1] for each in failure.conflicts[:1]]
    return any(each.kind == "numel" and numbers(each.call.params.get("shape"))[:1] == (-1,) for each in conflicts)


def of_batch(call: CallSpec, size: int) -> CallSpec:
    """Return a call with another batch."""
    first = {spec.axes[0].name for _, spec in call.tensors() if spec.axes}
    return call.resized({name: size for name in first if name})


def of_one(call: CallSpec) -> CallSpec:
    """Return a call with a single example, which nothing else is claimed of than that it runs."""
    return call.numbered({axis.name: 1 for _, spec in call.tensors() for axis in spec.axes[:1] if axis.is_batch})


def is_of_one(call: CallSpec) -> bool:
    """Return whether a call has a single example where any number should do."""
    return all(spec.axes[:1] == (AxisSpec("", 1),) for _, spec in call.tensors())


def _asked(trial: Trial) -> Iterator[int]:
    """Yield the numbers of the model's own that a batch failed to meet."""
    conflicts = (each for failure in trial.failures[:1] for each in failure.conflicts[:1])
    for conflict in (each for each in conflicts if each.kind in MEETING):
        for side, other in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
            if side is not None and other is not None and is_own(trial, conflict, other):
                for demand in demands(trial, conflict, side, other.size):
                    if is_batch(trial.call, demand) and demand.wanted > 1:
                        yield demand.wanted


def _written(trial: Trial) -> Iterator[int]:
    """Yield the numbers that are written in front of a shape."""
    failed = [failure.call for failure in trial.failures if failure.call is not None]
    for call in (*failed, *trial.trace.calls):
        asked = numbers(call.params.get("shape")) if call.op in MADE else ()
        if len(asked) > 1 and asked[0] > 1 and _is_written(asked[0]) and not any(map(partial(_is_read, trial), asked)):
            yield int(asked[0])


def _is_written(size: int) -> bool:
    """Return whether a size is a number of the program's, and no axis's that a tensor had."""
    origin = origin_of(size)
    return origin is None or not (origin.axes() or origin.guesses())


def _is_read(trial: Trial, size: int) -> bool:
    """Return whether a size is the batch's, read off an input: it stands for itself then, wherever it is written."""
    origin = origin_of(size)
    return origin is not None and origin.kind == "axis" and origin.axis == 0 and origin.tensor in trial.given
