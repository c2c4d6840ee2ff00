"""Whether what meets in a failure depends on an input by a way that no axis goes: by a number that is read off it.

Inputs begin with one batch, and one time where their names allow it. A model may want another: as many contexts as
films times frames. Then a context's batch changes what fails, though neither side goes back to it. Where inputs only
meet each other with the size that they share, the model itself asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from math import gcd

from axiswise.facts import AxisUse, Conflict
from axiswise.frontends.torch.models.changing import replaced, spec_of
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec, parameter_of
from axiswise.frontends.torch.models.trials import Trial, input_axes
from axiswise.ops.axes import numbers
from axiswise.source.provenance import trail

APART = "_apart"
"""What is added to the name of an axis that is no longer shared."""


def is_entangled(trial: Trial, bound: Collection[str], run: Callable[[CallSpec], Trial]) -> bool:
    """Return whether a failed run may go back to a size of an input that neither side of what failed is made of.

    Args:
        trial: A run with failures.
        bound: Parameters whose sizes the text gives.
        run: Runs the module on a call.
    """
    for conflict in _first(trial):
        involved = trial.parameters_of(*(ref.id for ref in conflict.call.operands.values()))
        sides = [side for side in (conflict.left, conflict.right) if side is not None]
        known = {end for side in sides for end in _ends(trial, conflict, side)}
        for parameter, name in _axes(trial.call) if known else ():  # else both sides are the model's own numbers
            if parameter not in involved - set(bound) or (parameter, name) in known:
                continue
            other = run(_apart(trial.call, parameter, name))
            if not is_alike(trial, other) and not _meets(other, name, trial.call.sizes()[name]):
                return True
    return False


def may_be_square(trial: Trial, bound: Collection[str], run: Callable[[CallSpec], Trial]) -> bool:
    """Return whether two axes of one matrix met that has to be square, as of a graph: with one size it gets further."""
    for conflict in _first(trial):
        sides = [side for side in (conflict.left, conflict.right) if side is not None]
        ends = {end for side in sides for end in input_axes(trail(trial.trace, conflict.call, side))}
        paths = {path for path, _ in ends}
        for path in paths if len(paths) == 1 < len(ends) else ():
            spec = spec_of(trial.call, path)
            if spec is None or len(spec.axes) != 2 or parameter_of(path) in bound:
                continue
            square = replace(spec, axes=(spec.axes[1], spec.axes[1]))
            if run(replaced(trial.call, path, square)).reach > trial.reach:
                return True
    return False


def _axes(call: CallSpec) -> list[tuple[str, str]]:
    """Return the named axes of inputs, by parameter."""
    found = [(parameter_of(path), axis.name) for path, spec in call.tensors() for axis in spec.axes if axis.name]
    return list(dict.fromkeys(found))


def _apart(call: CallSpec, parameter: str, name: str) -> CallSpec:
    """Return a call in which one parameter has an axis of a name to itself, with another size."""

    def renamed(spec: TensorSpec) -> TensorSpec:
        own = (AxisSpec(name + APART, axis.size + 1) if axis.name == name else axis for axis in spec.axes)
        return replace(spec, axes=tuple(own))

    alone = CallSpec({parameter: call.arguments[parameter]}).made(renamed)
    return replace(call, arguments={**call.arguments, **alone})


def is_alike(trial: Trial, other: Trial) -> bool:
    """Return whether two runs fail at the same operation, by the same sizes; of elements, by the same shares."""
    return trial.reach == other.reach and list(_sizes(trial)) == list(_sizes(other))


def _sizes(trial: Trial) -> Iterator[tuple[str, int, int]]:
    for conflict in _first(trial):
        left, right = (side.size if side is not None else -1 for side in (conflict.left, conflict.right))
        shared = gcd(left, right) if conflict.kind == "numel" else 1  # a batch and a length are on both sides
        yield conflict.kind, left // shared, right // shared


def _first(trial: Trial) -> list[Conflict]:
    return [each for failure in trial.failures[:1] for each in failure.conflicts[:1]]


def _meets(trial: Trial, name: str, size: int) -> bool:
    """Return whether a run fails where what was set apart meets another axis of its name, or the model's own number.

    A reshape may ask for the size that was set apart where its operand has the shared one (`memory.view(B, ...)`).
    """
    for conflict in _first(trial):
        if conflict.left is None or conflict.right is None:  # a mask of another shape than it should have
            return len([ref for ref in conflict.call.operands.values() if not ref.parameter]) > 1
        if conflict.kind == "numel":
            asked = numbers(conflict.call.params.get("shape"))
            given = (ref.shape for ref in conflict.call.operands.values())
            return any({*pair} == {size, size + 1} for shape in given for pair in zip(asked, shape, strict=False))
        ends = [{told for _, told in _ends(trial, conflict, side)} for side in (conflict.left, conflict.right)]
        return any(name + APART in one and (name in other or not other) for one, other in (ends, ends[::-1]))
    return False


def _ends(trial: Trial, conflict: Conflict, side: AxisUse) -> set[tuple[str, str]]:
    """Return the axes of inputs that a side goes back to: parameter, name."""
    found: set[tuple[str, str]] = set()
    for path, axis in input_axes(trail(trial.trace, conflict.call, side)):
        spec = spec_of(trial.call, path)
        if spec is not None and axis < len(spec.axes):
            found.add((parameter_of(path), spec.axes[axis].name))
    return found
