"""Whether what is left to fail is the model's fault, or that of inputs that were only guessed.

A fault is certain where no input that could be given changes what meets: both sizes are the model's own numbers, or a
size is asked for that what the model flattens is no multiple of. Where a side goes back to an axis that models are
built for (features, channels) and no size for it was found, the guess may be wrong in another way: nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import takewhile
from math import prod
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, TensorRef, is_series
from axiswise.frontends.torch.models.asked import Demand, demands, has_own_axis, is_batch, is_own, read_off
from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.chosen import chosen, is_of_choice
from axiswise.frontends.torch.models.pinning import rank_is_own
from axiswise.frontends.torch.models.specs import parameter_of
from axiswise.frontends.torch.models.standing_in import has_function
from axiswise.frontends.torch.models.trials import INPUT, Trial, input_axes
from axiswise.origin import origin_of
from axiswise.source.provenance import LONGEST_TRAIL, Step, places, trail

OF_RANK = frozenset({"rank", "unpack", "permutation", "axis-range", "target-rank", "stride"})
"""Kinds of conflicts that another number of axes of an input may have none of."""
OF_VALUES = frozenset({"dtype", "scalar"})
"""Kinds that a plain number in the place of a tensor may have none of: a comment that names axes does not say which."""
EITHER = frozenset({"einsum", "index-shape", "pattern", "window"})
"""Kinds that are of sizes where they name an axis, and else of the number of axes."""


def in_doubt(
    trial: Trial,
    certain: Collection[str],
    bound: Collection[str] = (),
    held: Callable[[str, int], bool] | None = None,
    named: Collection[str] = (),
    *,
    built: bool = False,
) -> bool:
    """Return whether other inputs than those of a failed run might not fail.

    Args:
        trial: A run with failures.
        certain: Parameters whose number of axes the text says.
        bound: Those for which an annotation, or the user, says the numbers too.
        held: Tells whether no other size of an input's axis gets as far; for -1, no other number of axes.
        named: Those whose names say the number of axes; a text beside may be out of date.
        built: Whether to leave out the doubt that it might not if the module were built otherwise.
    """
    conflict = trial.conflict
    if conflict is None or (conflict.kind == "other" and not _comes_from(trial, conflict, certain)):
        return True  # what a refusal without sizes wants may be said in words only
    if _has_numbers(trial.call.arguments) or has_function(trial.call.arguments):
        return True  # another number, or function, than the one that was made up may do
    if conflict.left is None or conflict.right is None or _is_of_shape(conflict):
        refs, told = _at_fault(conflict), bound if conflict.kind in OF_VALUES else certain
        return not refs or any(_may_have_others(trial, conflict, ref.id, told, held) for ref in refs)
    if _may_be_read_off(conflict) or _is_asked_by_another(trial, conflict, bound):
        return True  # a length that was read off an input is another one with another input
    if not built and is_of_choice(trial, conflict):
        return True  # another number in the place of the one that was chosen may do
    if 0 in (conflict.left.size, conflict.right.size):
        return True  # an empty axis is what an input leaves that is too short
    sides = ((conflict.left, conflict.right), (conflict.right, conflict.left))
    ends = [_inputs_at(trial, conflict, side) - set(bound) for side, _ in sides]
    ranked = {*named, *bound}
    has_axes = all(_has_its_axes(trial, conflict, side, ranked) for side, _ in sides)
    if ends[0] and ends[1] and not ends[0] & ends[1] and not (has_axes and is_batch_alone(trial, conflict)):
        return True  # two inputs that were both made up do not go together: no number of the model's is in it
    for given, asked, side in ((0, 1, conflict.right), (1, 0, conflict.left)):
        if not ends[asked] and (told := _inputs_in(trial, conflict, side)) and ends[given] - told:
            return True  # what a number was computed from leaves an input that may make up for it
    if any(len(list(trail(trial.trace, conflict.call, side))) >= LONGEST_TRAIL for side, _ in sides):
        return True  # it is not followed to its end, where an input may stand
    met = [_made_of(trial, conflict, side) for side, _ in sides]
    has_axes = has_axes or (not any(ends) and all(_is_last(conflict, side) for side, _ in sides))
    if all(met) and not met[0] & met[1] and not has_axes:
        return True  # two inputs meet, of which one may have other axes
    if any(_may_be_shared_out(trial, conflict, *pair, bound, held) for pair in sides):
        return True
    if any(_may_be_deeper(trial, conflict, side, {*certain, *ranked}, held) for side, _ in sides):
        return True
    if any(_may_be_listed(trial, conflict, side) for side, _ in sides):
        return True
    if any(_may_be_joined(trial, conflict, side, {*certain, *ranked}) for side, _ in sides):
        return True
    return any(_may_differ(trial, conflict, side, other, bound, held, ranked) for side, other in sides)


def _at_fault(conflict: Conflict) -> list[TensorRef]:
    """Return the operands of which another number of axes, or another type, may be wanted; one alone if it has none."""
    operands, left = conflict.call.operands, conflict.left
    if conflict.kind == "rank" and left is not None and left.size == 0 and left.operand in operands:
        return [operands[left.operand]]
    return [*operands.values()]


def _may_be_read_off(conflict: Conflict) -> bool:
    """Return whether lengths that a pattern is given may come from axes; where only a message tells, nobody knows."""
    if conflict.right is None or conflict.right.param != "pattern":
        return False
    given = conflict.facts.get("given")
    origins = [origin_of(conflict.call.params[name]) for name in given or ()]
    return given is None or any(origin is not None and origin.axes() for origin in origins)


def _is_asked_by_another(trial: Trial, conflict: Conflict, bound: Collection[str]) -> bool:
    """Return whether a shape is asked for with a length, and no batch, of an input that is not what is reshaped."""
    asked = conflict.call.params.get("shape")
    origins = [origin_of(each) for each in (asked if is_series(asked) else ())]
    lengths = {leaf.tensor for origin in origins if origin is not None for leaf in origin.axes() if leaf.axis > 0}
    own = trial.parameters_of(*(ref.id for ref in conflict.call.operands.values()))
    return not trial.parameters_of(*lengths) <= {*own, *bound}


def is_of_form(trial: Trial, told: Callable[[str, int], bool]) -> bool:
    """Return whether a run failed with whatever sizes its inputs have: by a number of axes, or by the model's own.

    Args:
        trial: The run.
        told: Tells whether the size of an input's axis is one of the model's own numbers.
    """
    conflict = trial.conflict
    if conflict is None or conflict.left is None or conflict.right is None or _is_of_shape(conflict):
        return conflict is not None
    if 0 in (conflict.left.size, conflict.right.size) or any(
        chosen(trial, conflict, each) for each in (conflict.left, conflict.right)
    ):
        return False
    sides = ((conflict.left, conflict.right), (conflict.right, conflict.left))
    return not any(
        _may_differ(trial, conflict, side, other, (), None) and not _is_settled(trial, conflict, side, told)
        for side, other in sides
    )


def _is_settled(trial: Trial, conflict: Conflict, side: AxisUse, told: Callable[[str, int], bool]) -> bool:
    """Return whether a side's size is made of such as are told, or with a batch, which may be any, as one of them."""
    steps = list(trail(trial.trace, conflict.call, side))
    ends = [Demand(f"{step.call.params['name']}.{step.axis}", step.size) for step in steps if step.call.op == INPUT]
    known = all(step.relation != "unknown" or step.call.op == INPUT for step in steps)
    whole = all(told(end.path, end.axis) for end in ends) or any(is_batch(trial.call, end) for end in ends)
    return bool(ends) and known and whole


def _is_of_shape(conflict: Conflict) -> bool:
    """Return whether another number of axes, or another type, of an input may be all that is wanted."""
    sides = (conflict.left, conflict.right)
    whole = any(side is not None and side.operand and side.axis < 0 for side in sides)
    if conflict.kind == "unpack" and "share" in conflict.facts:
        return False
    return conflict.kind in OF_RANK or conflict.kind == "dtype" or (conflict.kind in EITHER and whole)


def _may_be_shared_out(
    trial: Trial,
    conflict: Conflict,
    side: AxisUse,
    other: AxisUse,
    bound: Collection[str],
    held: Callable[[str, int], bool] | None,
) -> bool:
    """Return whether a side is a share of several axes of inputs, and with another size of one would be another."""
    steps = list(trail(trial.trace, conflict.call, side))
    ends, others = set(input_axes(steps)), set(input_axes(trail(trial.trace, conflict.call, other)))
    guessed = {end for end in ends - others if parameter_of(end[0]) not in bound}
    if held is None or not others or len(ends) < 2 or not any(step.relation == "part" for step in steps):
        return False
    return not all(held(*end) for end in guessed)


def _may_be_deeper(
    trial: Trial, conflict: Conflict, side: AxisUse, certain: Collection[str], held: Callable[[str, int], bool] | None
) -> bool:
    """Return whether another axis would be the last one of a vector, with inputs of more axes."""
    ref = conflict.call.operands.get(side.operand)
    return ref is not None and ref.rank == 1 and _may_have_others(trial, conflict, ref.id, certain, held)


def _may_be_listed(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a side is as long as a list that may have been made of an input's rows, which no axis tells."""
    steps = list(trail(trial.trace, conflict.call, side))
    is_listed = bool(steps) and steps[-1].call.op == "from-array"
    taken = (call.operands["input"].id for call in trial.trace.calls if call.op == "unbind")
    return is_listed and any(next(trial.inputs_of(tensor), None) is not None for tensor in taken)


def _may_be_joined(trial: Trial, conflict: Conflict, side: AxisUse, certain: Collection[str]) -> bool:
    """Return whether inputs of fewer axes would be joined along a side (`cat(..., 1)`), and not beside it."""
    steps = trail(trial.trace, conflict.call, side)
    beside = [step.call for step in steps if step.call.op == "cat" and step.relation == "same"]
    joined = [call for call in beside if call.params.get("dim") in range(1, call.outputs[0].rank - 1)]
    free = [ref.id for call in joined for ref in call.operands.values() if not rank_is_own(trial, ref.id)]
    return len(trial.parameters_of(*free) - set(certain)) > 1  # they can have another number only together


def _may_have_others(
    trial: Trial, conflict: Conflict, tensor: int, certain: Collection[str], held: Callable[[str, int], bool] | None
) -> bool:
    """Return whether a tensor may have another number of axes, or another type, with other inputs."""
    if conflict.kind != "dtype" and rank_is_own(trial, tensor):
        return False
    free = [path for path in trial.inputs_of(tensor) if parameter_of(path) not in certain]
    if len(free) > 1 and conflict.kind != "dtype":
        return True  # together they may have another number; one alone only falls out with the others
    return bool(free) and (held is None or conflict.kind == "dtype" or not all(held(path, -1) for path in free))


def _may_differ(
    trial: Trial,
    conflict: Conflict,
    side: AxisUse,
    other: AxisUse,
    bound: Collection[str],
    held: Callable[[str, int], bool] | None,
    ranked: Collection[str] = (),
) -> bool:
    """Return whether a side would be another size with inputs that were not thought of.

    `ranked` are the parameters whose number of axes is told.
    """
    steps = list(trail(trial.trace, conflict.call, side))
    if side.operand in conflict.call.operands and (side.axis < 0 or any(each.relation == "unknown" for each in steps)):
        is_fixed = held is not None and _is_all_held(trial, conflict, side, held, ranked)
        return _is_free(trial, conflict, side) and not is_fixed
    ends = [] if _is_written(trial, steps) else input_axes(steps)
    guessed = [end for end in ends if parameter_of(end[0]) not in bound or _has_name(trial, *end)]
    if not guessed and is_own(trial, conflict, other):
        if side.param:
            return bool(_inputs_in(trial, conflict, side) - set(bound))
        read = [(each.path, each.axis) for each in demands(trial, conflict, side, other.size)]  # `zeros(b, x.shape[1])`
        free = [end for end in read if end[0] in trial.given.values() and parameter_of(end[0]) not in bound]
        return bool(free) and (held is None or not all(held(*end) for end in free))
    if not guessed or _cannot_be(trial, steps, other.size):
        return False
    operand = conflict.call.operands.get(side.operand)
    meets_own = is_own(trial, conflict, other) or (has_own_axis(trial, conflict, other) and _is_last(conflict, other))
    is_last = meets_own and _are_last(trial, conflict, side, guessed)
    is_fixed = is_last or (operand is not None and rank_is_own(trial, operand.id))
    if held is not None and is_fixed:
        if all(held(*end) for end in dict.fromkeys(guessed)):
            return False  # the model asks for two sizes of one axis
    widths = any(
        (spec := spec_of(trial.call, path)) is not None and axis < len(spec.axes) and spec.axes[axis].is_width
        for path, axis in guessed
    )
    return widths or is_own(trial, conflict, other) or has_own_axis(trial, conflict, other)


def _is_written(trial: Trial, steps: list[Step]) -> bool:
    """Return whether a reshape gives an axis just a size that is no input's: what is left goes to another axis."""
    step = next((each for each in steps if each.relation != "same"), None)
    asked = step.call.params.get("shape") if step is not None and step.call.op == "reshape" else None
    if step is None or not is_series(asked) or not 0 <= step.axis < len(asked) or -1 not in asked:
        return False
    origin = origin_of(asked[step.axis])
    leaves = origin.axes() if origin is not None else ()
    return asked[step.axis] != -1 and all(read_off(trial, leaf) is None for leaf in leaves)


def _are_last(trial: Trial, conflict: Conflict, side: AxisUse, guessed: Collection[tuple[str, int]]) -> bool:
    """Return whether a side is the last axis of its operand, and goes back to nothing but last axes of inputs."""
    specs = [(spec_of(trial.call, path), axis) for path, axis in guessed]
    own = {parameter_of(path) for path, _ in guessed}
    joined = (
        trial.parameters_of(*(ref.id for ref in call.operands.values()))
        for call in trial.trace.calls
        if call.op == "cat"
    )
    if any(own & those and those - own for those in joined):
        return False  # what it was joined with may make up for it
    return _is_last(conflict, side) and all(spec is not None and axis == len(spec.axes) - 1 > 0 for spec, axis in specs)


def is_batch_alone(trial: Trial, conflict: Conflict) -> bool:
    """Return whether one side goes back to a batch, and the other to none."""
    batches = [
        {
            (spec := spec_of(trial.call, path)) is not None and spec.axes[axis].is_batch
            for path, axis in input_axes(trail(trial.trace, conflict.call, side))
        }
        for side in (conflict.left, conflict.right)
        if side is not None
    ]
    return {True} in batches and {False} in batches


def _is_last(conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a side is the last axis of its operand, whatever stands before it."""
    operand = conflict.call.operands.get(side.operand)
    return operand is not None and side.axis == operand.rank - 1


def _has_its_axes(trial: Trial, conflict: Conflict, side: AxisUse, told: Collection[str]) -> bool:
    """Return whether a side can have no other number of axes: a text says it, or what the model does before."""
    ref = conflict.call.operands.get(side.operand)
    return ref is None or _made_of(trial, conflict, side) <= set(told) or rank_is_own(trial, ref.id)


def _inputs_at(trial: Trial, conflict: Conflict, side: AxisUse) -> set[str]:
    """Return the parameters that a side's axis goes back to."""
    return {parameter_of(path) for path, _ in input_axes(trail(trial.trace, conflict.call, side))}


def _has_numbers(value: Any) -> bool:
    """Return whether there is a plain number among the arguments of a call: nothing tells that it is the right one."""
    if isinstance(value, Mapping):
        return any(map(_has_numbers, cast("Mapping[Any, Any]", value).values()))
    if isinstance(value, (tuple, list)):
        return any(map(_has_numbers, cast("list[Any]", value)))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _comes_from(trial: Trial, conflict: Conflict, certain: Collection[str]) -> bool:
    """Return whether all that a call is given was made of parameters whose number of axes is told."""
    given = [ref for ref in conflict.call.operands.values() if not ref.parameter]
    made_of = [trial.parameters_of(ref.id) for ref in given]
    return bool(made_of) and all(each and each <= set(certain) for each in made_of)


def _made_of(trial: Trial, conflict: Conflict, side: AxisUse) -> set[str]:
    """Return the parameters that the tensor of a side was made of."""
    ref = conflict.call.operands.get(side.operand)
    return trial.parameters_of(ref.id) if ref is not None else set()


def _inputs_in(trial: Trial, conflict: Conflict, side: AxisUse) -> set[str]:
    """Return the parameters whose sizes a number was computed from."""
    found = places(trial.trace, conflict.call, side, side.size)
    leaves = (leaf for place in found for leaf in (place.origin.axes() if place.origin else ()))
    return {parameter_of(trial.given[leaf.tensor]) for leaf in leaves if leaf.tensor in trial.given}


def _has_name(trial: Trial, path: str, axis: int) -> bool:
    """Return whether an axis of an input is one that may have any size."""
    spec = spec_of(trial.call, path)
    return spec is not None and axis < len(spec.axes) and bool(spec.axes[axis].name)


def _is_free(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a tensor has axes, beside that of the batch, that may be others with other inputs."""
    ref = conflict.call.operands[side.operand]
    if not any(True for _ in trial.inputs_of(ref.id)):
        return False
    for axis, size in enumerate(ref.shape):
        steps = list(trail(trial.trace, conflict.call, AxisUse(side.operand, axis, size)))
        ends = [step for step in steps if step.call.op == INPUT]
        if any(step.axis > 0 for step in ends) or any(step.relation == "unknown" for step in steps):
            return True
    return False


def _is_all_held(
    trial: Trial, conflict: Conflict, side: AxisUse, held: Callable[[str, int], bool], ranked: Collection[str]
) -> bool:
    """Return whether no size of the inputs behind a tensor is a matter of the failure."""
    tensor = conflict.call.operands[side.operand].id
    specs = {path: spec_of(trial.call, path) for path in trial.inputs_of(tensor)}
    ends = [(path, axis) for path, spec in specs.items() if spec is not None for axis in range(len(spec.axes))]
    has_rank = rank_is_own(trial, tensor) or trial.parameters_of(tensor) <= set(ranked)
    alone = next(iter(specs)) if len(specs) == 1 else None  # several may have other ranks together
    has_rank = has_rank or (alone is not None and held(alone, -1))
    return bool(ends) and has_rank and all(held(*end) for end in ends)


def _cannot_be(trial: Trial, steps: list[Step], wanted: int) -> bool:
    """Return whether a product has factors of the model's own that do not divide what is wanted of it."""
    alone = takewhile(lambda step: step.relation != "sum", steps)  # of a sum, a part may be anything
    product = next((each for each in alone if each.relation == "product" and prod(each.factors) != 0), None)
    if product is None:
        return False
    said = product.size // prod(product.factors)  # a pattern's own numbers: `(p1 p2 c)`
    return wanted % (said * prod(_own_factors(trial, product))) != 0


def _own_factors(trial: Trial, product: Step) -> Iterator[int]:
    for role, ref in product.call.operands.items():
        for axis, size in enumerate(ref.shape):
            if size not in product.factors:
                continue
            before = trail(trial.trace, product.call, AxisUse(role, axis, size))
            if not input_axes(before):
                yield size
