"""Sizes that two runs tell: how far apart two sides are with one size of an input's axis, and with another.

What is between an input and a size that does not fit may be anything: a flattening that takes the batch along, an
embedding of each number, a map at another scale. Two runs say how the size follows from the axis, and so which other
one would fit. Nothing says that it is meant: such sizes are tried last, and where a fault is certain not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from axiswise.facts import Conflict
from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.corrections import LONGEST
from axiswise.frontends.torch.models.doubts import is_batch_alone
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec, parameter_of
from axiswise.frontends.torch.models.trials import Trial

Resize = Callable[[int], CallSpec]
Met = tuple[Resize, int, Fraction]
"""How an axis is given another size, its size, and by how much a gap grows with it."""

MOST = 6
"""Axes that are tried for one failure."""
EVEN = frozenset({"numel", "pattern", "split", "join", "window"})
"""Kinds of conflicts that a length of one more or less may have none of (a first frame of its own), or a longer one."""
BESIDE = frozenset({"broadcast", "target"})
"""Kinds of conflicts of what stands beside one another: there an axis is lacking where one side is the batch."""
WHOLE = 8
"""How many times as long an axis is where strides of 2, 4 and 8 leave nothing to round."""
SIDES = ({"height", "width"}, {"h", "w"})
"""Axes that grow together."""


def solved(trial: Trial, run: Callable[[CallSpec], Trial]) -> Iterator[CallSpec]:
    """Yield calls of other sizes with which the sides of what failed first should meet, but for a batch alone.

    Args:
        trial: A run with failures.
        run: Runs the module on a call.
    """
    conflict = trial.conflict
    if conflict is None or (conflict.kind in BESIDE and is_batch_alone(trial, conflict)):
        return
    axes = _axes(trial, conflict)[:MOST]
    if conflict.kind in EVEN:
        yield from _even(trial.call, [name for _, name, _ in axes])
    gap, met, first_met = _gap(conflict), dict[str, Met](), dict[str, Met]()
    for path, name, size in axes if gap else ():
        for resize in _ways(trial.call, path, name):
            other = run(resize(2 * size))
            now = _gap_of(trial, other)
            if other.is_clean or (now is None and other.reach > trial.reach):
                yield other.call
            elif now is not None and gap is not None and now != gap:
                slope = Fraction(now - gap, size)
                met[path] = resize, size, slope  # its own axis alone, where that was to be had
                first_met.setdefault(path, met[path])
                wanted = size - gap / slope
                if wanted.denominator == 1 and 0 < wanted <= LONGEST:
                    yield resize(int(wanted))
                yield from _scaled(resize, size, lambda call: _gap_of(trial, run(call)))
    if gap is not None and len(met) > 1:
        yield from _shared(trial.call, gap, list(met.values()))
        yield from _filled(trial.call, gap, list(first_met.values()))


def _scaled(resize: Resize, size: int, gap_at: Callable[[CallSpec], int | None]) -> Iterator[CallSpec]:
    """Yield a call with the size that two larger ones tell: there nothing is rounded that strides leave over."""
    near, far = WHOLE * size, 2 * WHOLE * size
    first, second = gap_at(resize(near)), gap_at(resize(far))
    if first is None or second is None or first == second:
        return
    wanted = near - first * Fraction(far - near, second - first)
    if wanted.denominator == 1 and 0 < wanted <= LONGEST:
        yield resize(int(wanted))


def _gap_of(trial: Trial, other: Trial) -> int | None:
    """Return how far apart the sides of what failed are in another run, if it fails at the same place."""
    return _gap(other.conflict) if _place(other) == _place(trial) else None


def _even(call: CallSpec, names: Sequence[str]) -> Iterator[CallSpec]:
    """Yield calls with each of some axes one longer, one shorter and twice as long, sides last; these grow together."""
    sizes = call.sizes()
    for name in sorted(dict.fromkeys(names), key=lambda each: any(each in group for group in SIDES)):
        yield from (call.resized({name: size}) for size in (sizes[name] + 1, sizes[name] - 1, 2 * sizes[name] + 1))
        together = next((group for group in SIDES if name in group), {name})
        yield call.resized({each: 2 * sizes[each] for each in together if each in sizes})


def _shared(call: CallSpec, gap: int, met: Sequence[Met]) -> Iterator[CallSpec]:
    """Yield a call in which the axes that change a gap alike have one size with which there is none left."""
    for slope in dict.fromkeys(each for _, _, each in met):
        alike = [(resize, size) for resize, size, each in met if each == slope]
        whole = sum(size for _, size in alike) - gap / slope
        if len(alike) > 1 and whole > 0 and whole % len(alike) == 0:
            yield _all_of(call, [resize(int(whole / len(alike))) for resize, _ in alike])


def _filled(call: CallSpec, gap: int, met: Sequence[Met]) -> Iterator[CallSpec]:
    """Yield calls in which an axis is as long as there is room for, and another one fills what is left."""
    coarse_first = sorted(met, key=lambda each: -abs(each[2]))
    for (resize, size, slope), (refill, filling, rest) in combinations(coarse_first, 2):
        lengths = range(size - 1, 0, -1)
        left = ((length, filling - (gap + slope * (length - size)) / rest) for length in lengths)
        found = next((each for each in left if each[1].denominator == 1 and 0 < each[1] <= LONGEST), None)
        if found is not None:
            yield _all_of(call, [resize(found[0]), refill(int(found[1]))])


def _all_of(call: CallSpec, others: Sequence[CallSpec]) -> CallSpec:
    """Return a call with everything in which others differ from it."""
    arguments = dict(call.arguments)
    for other in others:
        arguments |= {name: value for name, value in other.arguments.items() if value != call.arguments[name]}
    return replace(call, arguments=arguments)


def _place(trial: Trial) -> object:
    """Return where a run failed first: what was met before may not be run again, so that counts of it differ."""
    return next((failure.frames[-1].span for failure in trial.failures[:1] if failure.frames), None)


def _gap(conflict: Conflict | None) -> int | None:
    """Return how far apart two sides are; None where one of them has no size."""
    if conflict is None or conflict.left is None or conflict.right is None:
        return None
    return int(conflict.left.size) - int(conflict.right.size)


def _axes(trial: Trial, conflict: Conflict) -> list[tuple[str, str, int]]:
    """Return the named axes of the inputs behind what failed, but for the batch: path, name, size.

    Where nothing at all was joined, any input may have been too short for a single part.
    """
    told = {axis.name for _, spec in trial.call.tensors() if spec.told for axis in spec.axes}
    behind = [ref.id for ref in conflict.call.operands.values() if not ref.parameter]
    all_paths = [path for path, _ in trial.call.tensors()] if not conflict.call.operands else []
    paths = dict.fromkeys(all_paths or (path for tensor in behind for path in trial.inputs_of(tensor)))
    found: dict[tuple[str, str], tuple[str, str, int]] = {}
    for path in paths:
        spec = spec_of(trial.call, path)
        axes = spec.axes if spec is not None else ()
        for axis in reversed(axes):
            if axis.name and (not axis.is_batch or (len(axes) == 2 and axis.name not in told)):  # rows are no batch
                found.setdefault((parameter_of(path), axis.name), (path, axis.name, axis.size))
    return list(found.values())


def _ways(call: CallSpec, path: str, name: str) -> Iterator[Resize]:
    """Yield how an axis is given another size: all of its name together, then those of its parameter alone."""
    spec, parameter = spec_of(call, path), parameter_of(path)
    is_batch = spec is not None and any(axis.is_batch for axis in spec.axes if axis.name == name)
    if not is_batch:
        yield lambda size: call.resized({name: size})
    own = f"{parameter}_{'length' if is_batch else name}"
    held = {parameter_of(other) for other, spec in call.tensors() for axis in spec.axes if axis.name == name}
    if len(held) > 1:
        yield lambda size: _apart(call, parameter, name, AxisSpec(own, size))


def _apart(call: CallSpec, parameter: str, name: str, axis: AxisSpec) -> CallSpec:
    """Return a call in which the axes of a name have another name and size in one parameter."""

    def changed(spec: TensorSpec) -> TensorSpec:
        return replace(spec, axes=tuple(axis if each.name == name else each for each in spec.axes))

    alone = CallSpec({parameter: call.arguments[parameter]}).made(changed)
    return replace(call, arguments={**call.arguments, **alone})
