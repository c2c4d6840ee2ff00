"""View, reshape, permute, squeeze, expand, split, join: the contracts against torch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

dims = st.integers(-5, 5)


@examples
@given(shapes(0, 4), st.data())
def test_reshape_and_view_take_as_many_elements(shape, data):
    elements = tensor(shape).numel()
    asked = data.draw(
        st.one_of(
            st.permutations(shape),
            st.lists(st.sampled_from([-1, 1, 2, 3, 4, elements]), min_size=0, max_size=4),
            st.just([*shape[:1], -1]),
        )
    )
    asked = tuple(asked)
    hold(lambda: tensor(shape).reshape(asked), "reshape")
    hold(lambda: torch.reshape(tensor(shape), asked), "reshape")
    if asked:
        hold(lambda: tensor(shape).view(*asked), "reshape")


@examples
@given(shapes(2, 4), st.data())
def test_a_view_needs_axes_that_lie_together(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    turned = tensor(shape).permute(*order)
    asked = data.draw(st.sampled_from([(-1,), (turned.shape[0], -1), tuple(turned.shape), (*turned.shape, 1)]))
    hold(lambda: turned.view(asked), "reshape")


@examples
@given(shapes(0, 4), dims, dims)
def test_flatten(shape, start, end):
    hold(lambda: tensor(shape).flatten(start, end), "flatten")


@examples
@given(shapes(1, 3), dims, st.lists(st.sampled_from([-1, 1, 2, 3, 4]), min_size=1, max_size=3))
def test_unflatten(shape, dim, sizes):
    hold(lambda: tensor(shape).unflatten(dim, tuple(sizes)), "unflatten")


@examples
@given(shapes(0, 4), st.lists(dims, max_size=4))
def test_permute(shape, order):
    hold(lambda: torch.permute(tensor(shape), tuple(order)), "permute")


@examples
@given(shapes(0, 4), st.data())
def test_permute_in_every_order(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    hold(lambda: tensor(shape).permute(tuple(order)), "permute")


@examples
@given(shapes(0, 4), dims, dims)
def test_transpose_and_movedim(shape, first, second):
    hold(lambda: tensor(shape).transpose(first, second), "transpose")
    hold(lambda: tensor(shape).movedim(first, second), "movedim")


@examples
@given(shapes(0, 3))
def test_t_and_mt(shape):
    hold(lambda: tensor(shape).t(), "reverse-axes")
    hold(lambda: tensor(shape).mT, "matrix-transpose")


@examples
@given(shapes(0, 4), dims)
def test_axes_of_one_come_and_go(shape, dim):
    hold(lambda: tensor(shape).squeeze(), "squeeze")
    hold(lambda: tensor(shape).squeeze(dim), "squeeze")
    hold(lambda: tensor(shape).unsqueeze(dim), "unsqueeze")


@examples
@given(shapes(0, 3), dims, dims)
def test_select_and_unbind(shape, dim, index):
    hold(lambda: tensor(shape).select(dim, index), "select")
    hold(lambda: tensor(shape).unbind(dim), "unbind")


@examples
@given(shapes(0, 3), st.lists(st.sampled_from([-1, 1, 2, 3]), min_size=0, max_size=4))
def test_expand(shape, asked):
    hold(lambda: tensor(shape).expand(tuple(asked)), "expand")


@examples
@given(shapes(1, 3), st.data())
def test_expand_to_what_nearly_fits(shape, data):
    asked = data.draw(nearly(shape, ranks=False))
    hold(lambda: tensor(shape).expand(2, *asked), "expand")
    hold(lambda: tensor(shape).expand_as(tensor(asked)), "expand")


@examples
@given(shapes(0, 3), st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_repeat_and_tile(shape, repeats):
    hold(lambda: tensor(shape).repeat(*repeats), "repeat")
    hold(lambda: torch.tile(tensor(shape), tuple(repeats)), "tile")


@examples
@given(shapes(1, 3), st.integers(1, 3), st.one_of(st.none(), dims))
def test_repeat_interleave(shape, repeats, dim):
    hold(lambda: tensor(shape).repeat_interleave(repeats, dim), "repeat_interleave")


@examples
@given(shapes(0, 3), st.one_of(st.integers(0, 4), st.lists(st.integers(0, 3), min_size=1, max_size=3)), dims)
def test_split(shape, size, dim):
    hold(lambda: torch.split(tensor(shape), size, dim), "split")


@examples
@given(shapes(0, 3), st.integers(1, 4), dims)
def test_chunk(shape, chunks, dim):
    hold(lambda: tensor(shape).chunk(chunks, dim), "chunk")


@examples
@given(shapes(0, 3), dims, st.integers(-4, 4), st.integers(0, 4))
def test_narrow(shape, dim, start, length):
    hold(lambda: tensor(shape).narrow(dim, start, length), "narrow")


@examples
@given(shapes(0, 3), dims, st.data())
def test_cat_and_stack(shape, dim, data):
    others = [data.draw(nearly(shape)) for _ in range(data.draw(st.integers(0, 2)))]
    hold(lambda: torch.cat([tensor(each) for each in (shape, *others)], dim), "cat")
    hold(lambda: torch.stack([tensor(each) for each in (shape, *others)], dim), "stack")
