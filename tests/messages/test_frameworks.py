"""The messages that people meet in Keras, TensorFlow and NumPy, of several releases, and what is said of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from axiswise.frontends.messages import find_messages, read_message
from axiswise.frontends.messages.said import said
from axiswise.ops.contract import KINDS
from axiswise.pasted import explain_text
from axiswise.rules.rule import FRAMEWORKS, rules

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("frameworks.json").read_text("utf-8"))
NAMES = [f"{row['id']}-{number}" for number, row in enumerate(ROWS)]
OF_TORCH = re.compile(
    r"torch|\bnn\.|in_features|out_features|in_channels|unsqueeze|\.permute|\.view\(|\.flatten\(\d|\.mT\b|\.size\(|"
    r"batch_first|state_dict|pad_sequence\("
)
each_row = pytest.mark.parametrize("row", ROWS, ids=NAMES)


def side(use: Any) -> list[Any] | None:
    return [use.operand or use.param, use.axis, use.size] if use else None


def test_every_row_of_the_catalogue_is_here() -> None:
    rows = {row["id"] for row in ROWS}
    wanted = {f"K{number:02}" for number in range(1, 8)} | {f"F{number:02}" for number in range(1, 7)}
    assert wanted | {f"N{number:02}" for number in range(1, 5)} <= rows
    assert len(ROWS) > 100


@each_row
def test_numbers_are_in_their_places(row: dict[str, Any]) -> None:
    conflict = read_message(row["type"], row["message"])
    assert conflict is not None
    assert conflict.kind in KINDS
    assert (conflict.kind, conflict.call.op) == (row["kind"], row["op"])
    assert (side(conflict.left), side(conflict.right)) == (row["left"], row["right"])
    assert {role: list(ref.shape) for role, ref in conflict.call.operands.items()} == row["shapes"]


@each_row
def test_the_right_rule_speaks_in_the_frameworks_own_names(row: dict[str, Any], tmp_path: Path) -> None:
    (found, *_) = find_messages(said(row["message"]))
    assert found.framework == row["framework"]
    (finding,) = explain_text(f"{row['type']}: {row['message']}", tmp_path).findings
    assert finding.rule == row["rule"]
    assert finding.exception is not None
    for text in (finding.message, finding.label, *(note.message for note in finding.notes)):
        assert not OF_TORCH.search(text), text
        assert "Arguments received" not in text
        assert "\x1b" not in text
    told = [use[2] for use in (row["left"], row["right"]) if use and use[2] > 0]
    shown = f"{finding.message} {finding.label}"
    assert all(re.search(rf"(?<!\d){size}(?!\d)", shown) for size in told if row["rule"] not in COUNTED), shown


COUNTED = (
    "inplace-growth",
    "loss-target-shape",
    "weights-shape",
    "permutation-rank",
    "missing-batch-axis",
    "fed-shape",
)
"""Rules that show shapes, or names, in the place of numbers of axes."""


@each_row
def test_it_is_found_within_a_log(row: dict[str, Any], tmp_path: Path) -> None:
    bar = (
        "Epoch 1/10\n\x1b[1m 25/500\x1b[0m \x1b[32m━\x1b[0m\x1b[37m━━━━\x1b[0m \x1b[1m3s\x1b[0m 7ms/step - loss: 0.4\n"
    )
    (tmp_path / "train.py").write_text("import keras\n\nmodel.fit(images, labels)\n", "utf-8")
    frame = (
        'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\n    model.fit(images, labels)\n'
    )
    library = (
        '  File "/venv/lib/python3.11/site-packages/keras/src/utils/traceback_utils.py", line 122, in error_handler\n'
    )
    text = f"{bar}{frame}{library}    raise e.with_traceback(filtered_tb) from None\n{row['type']}: {row['message']}\n"
    (finding,) = explain_text(text, tmp_path).findings
    assert finding.rule == row["rule"]
    assert finding.span is not None
    assert finding.span.line == 3


def test_dumps_are_not_repeated() -> None:
    message = (
        "Exception encountered when calling Dense.call().\n\n\x1b[1m{{function_node __wrapped__MatMul}} Matrix "
        "size-incompatible: In[0]: [2,3], In[1]: [4,5] [Op:MatMul] name: \x1b[0m\n\n"
        "Arguments received by Dense.call():\n"
        "  • inputs=tf.Tensor(shape=(2, 3), dtype=float32)\n  • training=None"
    )
    assert said(message) == "Matrix size-incompatible: In[0]: [2,3], In[1]: [4,5]"
    values = (
        "<Variable path=dense/kernel, shape=(4, 3), value=[[-0.1776117  0.1210721]\n [-0.3896612 -0.9126637]]>\n\nNext"
    )
    assert said(values) == "<Variable path=dense/kernel, shape=(4, 3), value=[...]>\n\nNext"
    assert said("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)\n") == (
        "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)\n"
    )


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_rule_speaks_of_torch_to_others(framework: str) -> None:
    for rule in rules():
        for text in (*rule.causes(framework), rule.remedy(framework)):
            assert not OF_TORCH.search(text), f"{rule.slug}: {text}"


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: Unknown layer: 'MyLayer'. Please ensure you are using a `keras.utils.custom_object_scope`",
        "ValueError: No gradients provided for any variable.",
        "InvalidArgumentError: Cannot assign a device for operation MatMul",
        "ValueError: Only input tensors may be passed as positional arguments.",
        "KeyError: 'Cannot find the key in the index'",
        "ValueError: could not convert string to float: 'abc'",
    ],
)
def test_other_errors_are_left_alone(text: str, tmp_path: Path) -> None:
    assert explain_text(text, tmp_path).findings == ()
