"""Contracts of layers that name a sample's axes, held against the shapes that Keras itself calculates."""

from __future__ import annotations

from typing import Any, cast

import keras
from hypothesis import given
from hypothesis import strategies as st

from axiswise.facts import OpCall, Shape, TensorRef
from axiswise.ops.contract import contract_of
from tests.ops.harness import examples, nearly, shapes, sizes

LAYERS: Any = cast("Any", keras).layers


def said(op: str, operands: dict[str, Shape], params: dict[str, Any]) -> Shape | None:
    """What a contract says of a call: its output, or None where it finds a conflict."""
    refs = {role: TensorRef(place, shape) for place, (role, shape) in enumerate(operands.items())}
    call, contract = OpCall(0, op, refs, params), contract_of(op)
    assert contract is not None
    output = contract.output(call)
    if contract.conflicts(call):
        return None
    assert output is not None
    call.outputs = tuple(TensorRef(100 + place, shape) for place, shape in enumerate(output))
    for axis, size in enumerate(output[0]):
        source = contract.source(call, 0, axis)
        if source.relation == "same":
            assert [refs[role].shape[place] for role, place in source.axes] == [size], (call, axis, source)
    return output[0]


def calculated(layer: Any, given: Any) -> Shape | None:
    """The shape that Keras calculates, or None where it refuses."""
    try:
        made = layer(given) if not isinstance(given, tuple) else layer.compute_output_shape(given)
    except (ValueError, IndexError, TypeError, RuntimeError, AssertionError):
        return None
    shape = made if isinstance(made, (tuple, list)) else made.shape
    return tuple(int(size) for size in shape)


@examples
@given(shapes(2, 4), st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=3))
def test_reshape_counts_the_elements_of_a_sample(shape: Shape, asked: list[int]) -> None:
    if asked.count(-1) < 2:
        expected = calculated(LAYERS.Reshape(tuple(asked)), shape)
        assert said("reshape_samples", {"input": shape}, {"target_shape": tuple(asked)}) == expected


@examples
@given(shapes(2, 5), st.data())
def test_permute_counts_axes_from_one(shape: Shape, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4))
    dims = tuple(data.draw(st.permutations(range(1, count + 1))))
    expected = tuple(shape[axis] for axis in (0, *dims)) if len(shape) == count + 1 else None
    assert said("permute_samples", {"input": shape}, {"dims": dims}) == expected
    if expected is not None:
        assert calculated(LAYERS.Permute(dims), shape) == expected


@examples
@given(shapes(3, 3), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2))
def test_borders_grow_and_cut_the_spatial_axes(shape: Shape, size: int, before: int, after: int) -> None:
    tall = (shape[0], shape[1] + 4, shape[2])
    padded = said("borders", {"input": tall}, {"borders": ((before, after),), "channels_last": True})
    assert padded == calculated(LAYERS.ZeroPadding1D((before, after)), tall)
    cropped = said("borders", {"input": tall}, {"borders": ((-before, -after),), "channels_last": True})
    assert cropped == calculated(LAYERS.Cropping1D((before, after)), tall)
    grown = said("upsample", {"input": tall}, {"size": (size,), "channels_last": True})
    assert grown == calculated(LAYERS.UpSampling1D(size), tall)


@examples
@given(shapes(4, 4), st.booleans(), st.booleans())
def test_whole_maps_leave_the_channels(shape: Shape, last: bool, keep: bool) -> None:
    layer = LAYERS.GlobalMaxPooling2D(data_format="channels_last" if last else "channels_first", keepdims=keep)
    params = {"channels_last": last, "keepdims": keep}
    assert said("global_max_pool2d", {"input": shape}, params) == calculated(layer, shape)


@examples
@given(st.tuples(sizes, st.integers(4, 9), st.integers(4, 9), sizes), st.integers(1, 4), st.integers(1, 3), st.data())
def test_convolutions_in_both_layouts(shape: Shape, kernel: int, stride: int, data: st.DataObject) -> None:
    same = data.draw(st.booleans())
    layer = LAYERS.Conv2D(5, kernel, strides=stride, padding="same" if same else "valid")
    params: dict[str, Any] = {"kernel_size": (kernel, kernel), "strides": (stride, stride), "dilation_rate": (1, 1)}
    params |= {"padding": "fill" if same else 0, "groups": 1, "channels_last": True}
    operands = {"input": shape, "weight": (5, shape[-1], kernel, kernel)}
    expected = calculated(layer, shape)
    assert said("conv2d", operands, params) == expected
    first = (shape[0], shape[3], shape[1], shape[2])
    turned = said("conv2d", {**operands, "input": first}, {**params, "channels_last": False})
    assert turned == (expected and (expected[0], expected[3], expected[1], expected[2]))


@examples
@given(shapes(2, 4), st.booleans(), st.booleans(), st.sampled_from(["concat", "sum"]))
def test_recurrent_layers_return_steps_or_the_last(shape: Shape, every: bool, both: bool, merged: str) -> None:
    params: dict[str, Any] = {"units": 3, "return_sequences": every, "return_state": False}
    params |= {"both": True, "merge_mode": merged} if both else {}
    found = said("gru_steps", {"input": shape, "weight": (shape[-1], 3)}, params)
    width = 6 if both and merged == "concat" else 3
    expected = (shape[0], *((shape[1],) if every else ()), width) if len(shape) == 3 else None
    assert found == expected
    if expected is not None:
        inner = LAYERS.GRU(3, return_sequences=every)
        assert calculated(LAYERS.Bidirectional(inner, merge_mode=merged) if both else inner, shape) == expected


@examples
@given(st.tuples(sizes, sizes, sizes), st.data())
def test_a_product_of_samples_sums_over_one_axis_of_each(left: Shape, data: st.DataObject) -> None:
    right = data.draw(nearly(left, ranks=False))
    axes = (data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2)))
    found = said("dot_samples", {"left": left, "right": right}, {"axes": axes})
    fits = left[0] == right[0] and left[axes[0]] == right[axes[1]]
    assert found == ((left[0], left[3 - axes[0]], right[3 - axes[1]]) if fits else None)
    if fits:
        inputs = [keras.ops.zeros(left), keras.ops.zeros(right)]
        assert tuple(LAYERS.Dot(axes)(inputs).shape) == found


@examples
@given(st.tuples(sizes, sizes, sizes), st.data())
def test_attention_takes_query_value_and_key_apart(query: Shape, data: st.DataObject) -> None:
    value = data.draw(nearly((query[0], data.draw(sizes), query[2]), ranks=False))
    found = said("scored_attention", {"query": query, "value": value}, {})
    fits = query[0] == value[0] and query[2] == value[2]
    assert found == ((*query[:-1], value[-1]) if fits else None)
    if fits:
        assert tuple(LAYERS.Attention()([keras.ops.zeros(query), keras.ops.zeros(value)]).shape) == found


@examples
@given(shapes(1, 4), st.data())
def test_normalisation_keeps_its_input_and_the_sizes_it_was_built_for(shape: Shape, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    built = data.draw(st.integers(1, 4))
    found = said("scale_axes", {"input": shape, "weight": (built,)}, {"axis": axis})
    assert found == (shape if shape[axis] == built else None)


@examples
@given(shapes(1, 5), st.integers(1, 3))
def test_a_layer_at_every_step_takes_an_axis_fewer(shape: Shape, features: int) -> None:
    found = said("each_step", {"input": shape}, {"axes": 2, "step": (features,)})
    assert found == ((*shape[:2], features) if len(shape) == 3 else None)
    if found is not None:
        assert calculated(LAYERS.TimeDistributed(LAYERS.Dense(features)), shape) == found


@examples
@given(shapes(0, 3), st.data())
def test_a_fed_value_has_the_placeholders_shape(wanted: Shape, data: st.DataObject) -> None:
    value = data.draw(nearly(wanted))
    found = said("feed", {"input": value, "placeholder": wanted}, {"spelled": True})
    assert found == (wanted if value == wanted else None)


@examples
@given(shapes(1, 4), st.data())
def test_a_model_takes_batches_of_what_it_declared(sample: Shape, data: st.DataObject) -> None:
    given_shape = data.draw(nearly((2, *sample)))
    contract = contract_of("model")
    assert contract is not None
    refs = {"input": TensorRef(0, given_shape), "declared.0": TensorRef(1, (2, *sample))}
    conflicts = contract.conflicts(OpCall(0, "model", refs))
    model = keras.Sequential([keras.Input(sample), LAYERS.Flatten()])
    try:
        model(keras.ops.zeros(given_shape))
        taken = True
    except ValueError:
        taken = False
    # Keras itself checks numbers of axes only; sizes are the contract's own to tell.
    counted = [each for each in conflicts if each.left is not None and each.left.axis < 0]
    assert taken == (not counted or (bool(counted[0].facts.get("missing")) and taken)), (sample, given_shape, conflicts)
    assert bool(conflicts) == (_squeezed(given_shape, sample) != sample)


def _squeezed(shape: Shape, sample: Shape) -> Shape:
    """A batch's samples as Keras takes them: a last axis of 1 may be missing, or one too many."""
    if len(shape) == len(sample) + 2 and shape[-1] == 1:
        return shape[1:-1]
    return (*shape[1:], 1) if len(shape) == len(sample) and sample[-1] == 1 else shape[1:]


@examples
@given(shapes(0, 4), st.data())
def test_operations_that_only_ask_for_ranks(shape: Shape, data: st.DataObject) -> None:
    contract = contract_of("unroll")
    assert contract is not None
    lengths = data.draw(shapes(0, 2))
    refs = {"input": TensorRef(0, shape), "lengths": TensorRef(1, lengths)}
    conflicts = contract.conflicts(OpCall(0, "unroll", refs))
    assert [each.left.operand for each in conflicts if each.left] == [
        *(["input"] if len(shape) < 3 else []),
        *(["lengths"] if len(lengths) != 1 else []),
    ]
