"""Groups of axes in a reshape, and views, held against torch and their own laws."""

from __future__ import annotations

from math import prod

import torch
from hypothesis import given
from hypothesis import strategies as st

from axiswise.algebra.grouping import groups, viewable
from tests.ops.harness import examples, shapes

Shape = tuple[int, ...]


@st.composite
def reshapes(draw: st.DrawFn) -> tuple[Shape, Shape]:
    """Two shapes with as many elements: both join runs of the same factors."""
    factors = draw(st.lists(st.integers(1, 4), max_size=5))

    def joined() -> Shape:
        sizes: list[int] = []
        for factor in factors:
            if sizes and draw(st.booleans()):
                sizes[-1] *= factor
            else:
                sizes.append(factor)
        return tuple(sizes)

    return joined(), joined()


@examples
@given(reshapes())
def test_groups_cover_both_shapes_in_order_with_equal_products(pair: tuple[Shape, Shape]) -> None:
    before, after = pair
    found = groups(before, after)
    assert [axis for group in found for axis in group.inputs] == list(range(len(before)))
    assert [axis for group in found for axis in group.outputs] == list(range(len(after)))
    for group in found:
        assert prod(before[axis] for axis in group.inputs) == prod(after[axis] for axis in group.outputs)


@examples
@given(reshapes())
def test_groups_are_as_short_as_they_can_be(pair: tuple[Shape, Shape]) -> None:
    before, after = pair
    for group in groups(before, after):
        left = {prod(before[axis] for axis in group.inputs[:end]) for end in range(1, len(group.inputs))}
        right = {prod(after[axis] for axis in group.outputs[:end]) for end in range(1, len(group.outputs))}
        whole = prod(before[axis] for axis in group.inputs)
        assert left & right <= {1, whole}


@examples
@given(shapes(1, 4))
def test_a_shape_is_its_own_group(shape: Shape) -> None:
    assert [(group.inputs, group.outputs) for group in groups(shape, shape)] == [
        ((i,), (i,)) for i in range(len(shape))
    ]


def test_other_numbers_of_elements_have_no_groups() -> None:
    assert groups((2, 3), (7,)) == ()


@examples
@given(reshapes(), st.randoms(use_true_random=False))
def test_a_view_is_possible_when_torch_says_so(pair: tuple[Shape, Shape], random: object) -> None:
    before, after = pair
    order = list(range(len(before)))
    getattr(random, "shuffle")(order)  # noqa: B009
    turned = torch.zeros(before).permute(order)
    try:
        turned.view(after)
        possible = True
    except RuntimeError:
        possible = False
    assert viewable(tuple(turned.shape), turned.stride(), after) == possible
