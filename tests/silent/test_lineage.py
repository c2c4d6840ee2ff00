"""What axes are said to be made of, held against where NumPy really puts each element."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiswise.facts import OpCall, TensorRef, Trace
from axiswise.silent.factors import Axis, Factor, dealt, fused
from axiswise.silent.following import Uses
from axiswise.silent.lineage import Lineage

Array = npt.NDArray[np.int64]

SHAPES = st.lists(st.sampled_from((2, 3, 4, 5, 6)), min_size=2, max_size=4).map(tuple)


@st.composite
def regroupings(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Draw a shape of as many elements: axes joined with the next, or cut in two."""
    sizes = list(shape)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(sizes) - 1))
        if at + 1 < len(sizes) and draw(st.booleans()):
            sizes[at : at + 2] = [sizes[at] * sizes[at + 1]]
        else:
            part = draw(st.sampled_from([each for each in range(1, sizes[at] + 1) if sizes[at] % each == 0]))
            sizes[at : at + 1] = [part, sizes[at] // part]
    return tuple(sizes)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_each_axis_holds_the_digits_that_it_is_said_to(data: st.DataObject) -> None:
    shape = data.draw(SHAPES)
    trace, tensor, number = Trace(), np.arange(prod(shape)).reshape(shape), 0
    trace.add(OpCall(0, "randn", {}, {}, (TensorRef(0, shape),)))
    for _ in range(data.draw(st.integers(1, 4))):
        before = TensorRef(number, tensor.shape)
        number += 1
        if data.draw(st.booleans()):
            order = tuple(data.draw(st.permutations(range(tensor.ndim))))
            tensor = tensor.transpose(order)
            op, params = "permute", {"dims": order}
        else:
            tensor = tensor.reshape(data.draw(regroupings(tensor.shape)))
            op, params = "flatten", {"start_dim": 0, "end_dim": -1}  # the shapes alone say how it is regrouped
        trace.add(OpCall(number, op, {"input": before}, params, (TensorRef(number, tensor.shape),)))
    axes = Lineage(trace, Uses(trace)).of(TensorRef(number, tensor.shape))
    assert [prod(factor.size for factor in axis) for axis in axes] == list(tensor.shape)
    if all(factor.root[0] == 0 for axis in axes for factor in axis):
        assert (_predicted(axes, shape) == tensor).all()


def _predicted(axes: tuple[Axis, ...], shape: tuple[int, ...]) -> Array:
    """Return the elements of a tensor by what its axes are said to be made of."""
    sizes = tuple(prod(factor.size for factor in axis) for axis in axes)
    coordinates = [np.zeros(sizes, dtype=np.int64) for _ in shape]
    for place, axis in enumerate(axes):
        index = np.arange(sizes[place])
        inner = sizes[place]
        for factor in axis:
            inner //= factor.size
            digit = index // inner % factor.size
            spread = digit.reshape([-1 if at == place else 1 for at in range(len(sizes))])
            coordinates[factor.root[1]] += factor.stride * spread
    return np.ravel_multi_index(tuple(coordinates), shape)


def test_digits_that_lie_together_are_the_axis_again() -> None:
    outer, inner = Factor((0, 1), 4, 3), Factor((0, 1), 1, 4)
    assert fused([outer, inner]) == (Factor((0, 1), 1, 12),)
    assert fused([inner, outer]) == (inner, outer)


def test_an_axis_that_begins_within_a_step_of_another_cannot_be_dealt() -> None:
    assert dealt([Factor((0, 0), 1, 6), Factor((0, 1), 1, 10)], [4, 15]) is None
