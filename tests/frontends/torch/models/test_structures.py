"""What a parameter may be beside one tensor: by its annotation, and by what the function does with it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import pytest
import torch

from axiswise.frontends.torch.models.ideas import ideas
from axiswise.frontends.torch.models.specs import CallSpec, Record, TensorSpec, from_wire, opened, to_wire
from axiswise.frontends.torch.models.structures import Structures


@dataclass
class Observation:
    pixels: torch.Tensor
    speed: torch.Tensor
    note: str = ""


class Pair(NamedTuple):
    left: torch.Tensor
    right: torch.Tensor


def of(function: Callable[..., Any], name: str, lists: tuple[int, ...] = ()) -> list[Any]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return Structures(function, tree, lambda each: ideas(each, ()), lists).of(name)


def shown(value: Any) -> Any:
    """Return a choice with its tensors as they are told."""
    if isinstance(value, Record):
        return {name: shown(item) for name, item in value.fields.items()}
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(shown(item) for item in value)
    return str(value) if isinstance(value, TensorSpec) else value


def keys_are_read(batch: Any) -> Any:
    return batch["input_ids"] * batch["attention_mask"]


def unpacked(pair: Any) -> Any:
    image, text = pair
    return image, text


def gone_through(features: Any) -> Any:
    return [each + 1 for each in features]


def indexed_as_an_array(positions: Any) -> Any:
    return positions[..., None] + positions[:, 0]


def edges(edge_index: Any) -> Any:
    source, target = edge_index
    return source + target


def fields_are_read(data: Any) -> Any:
    return data.x + data.weight


def annotated(
    obs: Observation,
    pair: Pair,
    both: tuple[torch.Tensor, torch.Tensor],
    several: list[torch.Tensor],
    flag: bool,
    height: int,
    how: Literal["mean", "max"],
    mask: torch.Tensor | None,
) -> Any:
    return obs, pair, both, several, flag, height, how, mask


def compared(x: Any, mode: Any) -> Any:
    return x.mean() if mode == "mean" else x


def switched(x: Any, deterministic: Any) -> Any:
    return x if deterministic else x + 1


def reshaped(x: Any, side: Any) -> Any:
    return x.view(-1, side, side)


def test_keys_that_are_read_make_a_dict() -> None:
    assert shown(of(keys_are_read, "batch")[0]) == {
        "input_ids": "Int[batch time]",
        "attention_mask": "Bool[batch time]",
    }


def test_items_are_called_by_the_names_they_are_unpacked_into() -> None:
    first = of(unpacked, "pair")[0]
    assert isinstance(first, tuple)
    assert shown(first) == ("Float[batch channels height width]", "Int[batch time]")


def test_a_list_has_an_item_for_each_layer_of_a_list() -> None:
    assert len(of(gone_through, "features", (4,))[0]) == 4
    assert len(of(gone_through, "features")[0]) == 2


@pytest.mark.parametrize(("function", "name"), [(indexed_as_an_array, "positions"), (edges, "edge_index")])
def test_what_only_a_tensor_can_be_is_one_first(function: Callable[..., Any], name: str) -> None:
    assert isinstance(of(function, name)[0], TensorSpec)


def test_fields_that_are_read_make_an_object() -> None:
    first = of(fields_are_read, "data")[0]
    assert isinstance(first, Record)
    assert first.cls is SimpleNamespace
    assert set(first.fields) == {"x", "weight"}


def test_annotations_say_what_is_given() -> None:
    assert set(of(annotated, "obs")[0].fields) == {"pixels", "speed"}, "a field with a default is left as it is"
    assert set(of(annotated, "pair")[0].fields) == {"left", "right"}
    assert [type(each) for each in of(annotated, "both")[0]] == [TensorSpec, TensorSpec]
    assert isinstance(of(annotated, "several")[0], list)
    assert of(annotated, "flag")[0] is False
    assert type(of(annotated, "height")[0]) is int
    assert of(annotated, "how") == ["mean", "max"]
    assert of(annotated, "mask")[-1] is None


def test_use_says_which_plain_value_is_given() -> None:
    assert of(compared, "mode")[0] == "mean"
    assert of(switched, "deterministic")[0] is False
    assert of(reshaped, "side")[0] == 4


def test_a_record_is_the_object_it_stands_for_when_it_is_given() -> None:
    record = of(annotated, "obs")[0]
    call = CallSpec({"obs": record})
    assert [path for path, _ in call.tensors()] == ["obs.pixels", "obs.speed"]
    made = opened(call.made(lambda spec: spec.shape)["obs"])
    assert isinstance(made, Observation)
    assert made.pixels == record.fields["pixels"].shape
    assert from_wire(to_wire(call)) == call


def test_an_axis_of_one_size_is_told_as_a_number() -> None:
    spec = ideas("image", ())[0]
    call = CallSpec({"x": spec}).numbered({"channels": 3})
    assert call.told() == {"x": "Float[batch 3 height width]"}
    assert call.sizes().keys() == {"batch", "height", "width"}
