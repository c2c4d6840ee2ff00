"""The messages that people meet, in the wordings of several releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from axiswise.frontends.messages import find_messages, read_message
from axiswise.ops.contract import KINDS
from tests.messages.raised import OTHERWISE

CATALOGUE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("catalogue.json").read_text("utf-8"))


def side(use: Any) -> list[Any] | None:
    return [use.operand or use.param, use.axis, use.size] if use else None


def test_the_catalogue_covers_every_row() -> None:
    rows = {row["id"] for row in CATALOGUE}
    assert {f"T{number:02}" for number in range(1, 38)} | {"H01", "H02", "H03"} <= rows


@pytest.mark.parametrize("row", CATALOGUE, ids=[f"{row['id']}-{number}" for number, row in enumerate(CATALOGUE)])
def test_numbers_are_in_their_places(row: dict[str, Any]) -> None:
    conflict = read_message(row["type"], row["message"])
    assert conflict is not None
    assert conflict.kind in KINDS
    assert (conflict.kind, conflict.call.op) == (row["kind"], row["op"])
    assert (side(conflict.left), side(conflict.right)) == (row["left"], row["right"])
    assert {role: list(ref.shape) for role, ref in conflict.call.operands.items()} == row["shapes"]
    assert all(ref.id == -1 for ref in conflict.call.operands.values())


@pytest.mark.parametrize("row", CATALOGUE, ids=[f"{row['id']}-{number}" for number, row in enumerate(CATALOGUE)])
def test_spacing_case_and_surroundings_do_not_matter(row: dict[str, Any]) -> None:
    before = "epoch 3, step 120\n2024-05-01 ERROR "
    text = before + row["message"].replace(" ", "\n    ").upper().replace("TORCH.SIZE", "torch.Size") + "\nnext line"
    found = find_messages(text)
    whole = read_message("", row["message"])
    assert whole is not None
    if whole.kind == "other":
        return
    assert found
    assert (found[0].conflict.kind, side(found[0].conflict.left)) == (whole.kind, side(whole.left))
    assert found[0].start >= len("epoch 3, step 120\n")
    assert text[found[0].start : found[0].end] == found[0].message


@pytest.mark.parametrize(("type", "message"), OTHERWISE)
def test_other_errors_are_left_alone(type: str, message: str) -> None:
    assert read_message(type, message) is None
    assert find_messages(f"{type}: {message}") == []


def test_shapes_are_read_in_every_notation() -> None:
    for left, right in (("2x3", "4x5"), ("[2 x 3]", "[4 x 5]"), ("[2, 3]", "[4, 5]"), ("(2, 3)", "(4,5)")):
        conflict = read_message("RuntimeError", f"mat1 and mat2 shapes cannot be multiplied ({left} and {right})")
        assert conflict is not None
        assert [ref.shape for ref in conflict.call.operands.values()] == [(2, 3), (4, 5)]


def test_every_parameter_of_a_checkpoint_is_read() -> None:
    lines = [
        f"\tsize mismatch for layers.{i}.weight: copying a param with shape torch.Size([{i + 2}, 8]) from checkpoint, "
        f"the shape in current model is torch.Size([{i + 3}, 8])."
        for i in range(40)
    ]
    text = 'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a.b", "c". \n' + "\n".join(lines)
    found = find_messages(text)
    assert found[0].conflict.facts["missing"] == ("a.b", "c")
    assert [each.conflict.facts["name"] for each in found[1:]] == [f"layers.{i}.weight" for i in range(40)]
    assert [each.conflict.left and each.conflict.left.size for each in found[1:]] == list(range(2, 42))


def test_unknown_words_are_read_by_their_numbers() -> None:
    conflict = read_message("ValueError", "my layer: incompatible shapes (3, 4) and [5, 6], cannot broadcast")
    assert conflict is not None
    assert conflict.kind == "other"
    assert conflict.facts["resembles"] == "broadcast"
    assert [ref.shape for ref in conflict.call.operands.values()] == [(3, 4), (5, 6)]
    assert read_message("OSError", "incompatible shapes (3, 4) and (5, 6)") is None


def test_the_class_stands_beside_the_message() -> None:
    (found,) = find_messages(
        'x\neinops.EinopsError:  Error while processing rearrange-reduction pattern "a b -> b".\n'
        " Input tensor shape: torch.Size([2, 3, 4]). Additional info: {}.\n"
        " Wrong shape: expected 2 dims. Received 3-dim tensor."
    )
    assert found.type == "einops.EinopsError"
    assert found.conflict.call.params["pattern"] == "a b -> b"
    assert found.conflict.left is not None
    assert found.conflict.left.size == 3
