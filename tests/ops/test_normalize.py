from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.ops.harness import examples, hold, hold_layer, nearly, shapes, sizes, tensor

flags = st.booleans()
types = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float16, torch.float64, torch.int64])


def maybe(data: st.DataObject, shape: tuple[int, ...]) -> torch.Tensor | None:
    return tensor(data.draw(nearly(shape))) if data.draw(flags) else None


@examples
@given(st.data())
def test_layer_and_rms_norm(data: st.DataObject) -> None:
    built = data.draw(shapes(1, 2))
    shape = data.draw(nearly((*data.draw(shapes(0, 2)), *built)))
    weight, bias = (maybe(data, built) for _ in range(2))
    given_input = tensor(shape, data.draw(types))
    hold(lambda: F.layer_norm(given_input, built, weight, bias), "layer_norm")
    hold(lambda: F.rms_norm(given_input, built, weight), "rms_norm")


@examples
@given(st.data())
def test_batch_norm(data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 4))
    features = shape[1:2]
    statistics = [tensor(data.draw(nearly(features, ranks=False))) for _ in range(2)]
    weight, bias = (tensor(data.draw(nearly(features, ranks=False))) if data.draw(flags) else None for _ in range(2))
    training = data.draw(flags)
    given_input = tensor(shape, data.draw(types))
    hold(lambda: F.batch_norm(given_input, *statistics, weight, bias, training=training), "batch_norm")
    hold(lambda: F.batch_norm(given_input, None, None, weight, training=training), "batch_norm")


@pytest.mark.parametrize(
    ("kind", "axes"),
    [
        (nn.BatchNorm1d, 1),
        (nn.BatchNorm2d, 2),
        (nn.BatchNorm3d, 3),
        (nn.InstanceNorm1d, 1),
        (nn.InstanceNorm2d, 2),
        (nn.InstanceNorm3d, 3),
    ],
)
@examples
@given(st.data())
def test_layers(kind: type[nn.Module], axes: int, data: st.DataObject) -> None:
    features = data.draw(sizes)
    layer = kind(features, affine=data.draw(flags), track_running_stats=data.draw(flags))
    layer.train(data.draw(flags))
    hold_layer(layer, tensor(data.draw(nearly((data.draw(sizes), features, *data.draw(shapes(axes, axes)))))))


@examples
@given(st.data())
def test_instance_norm(data: st.DataObject) -> None:
    shape = data.draw(shapes(3, 4))
    weight = maybe(data, shape[1:2])
    hold(lambda: F.instance_norm(tensor(shape), weight=weight if weight is None or weight.dim() else None))


@examples
@given(st.data())
def test_group_norm(data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 4))
    groups = data.draw(st.integers(1, 4))
    weight, bias = (maybe(data, shape[1:2]) for _ in range(2))
    hold(lambda: F.group_norm(tensor(shape, data.draw(types)), groups, weight, bias), "group_norm")


def test_what_norms_name() -> None:
    assert hold_layer(nn.BatchNorm2d(3), tensor((2, 4, 5, 5))) == ("features",)
    assert hold_layer(nn.BatchNorm1d(3), tensor((1, 3))) == ("samples",)
    assert hold_layer(nn.BatchNorm2d(3), tensor((2, 3))) == ("rank",)
    assert hold(lambda: nn.LayerNorm(3)(tensor((2, 4)))) == ("features",)
    assert hold(lambda: nn.GroupNorm(2, 4)(tensor((2, 3, 5)))) == ("groups", "features")
