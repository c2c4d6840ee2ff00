"""Whatever the text, reading ends soon and raises nothing."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiswise.frontends.messages import find_messages, read_message, wordings
from axiswise.ops.contract import KINDS
from axiswise.pasted import explain_text
from axiswise.source.log import read_log

MESSAGES: list[str] = [
    row["message"]
    for name in ("catalogue.json", "frameworks.json")
    for row in json.loads(Path(__file__).with_name(name).read_text("utf-8"))
]
PIECES = [
    "Traceback (most recent call last):\n",
    '  File "a.py", line 3, in f\n',
    "    x = self.fc(x)\n",
    "        ^^^^^^^^^^\n",
    "RuntimeError: ",
    "E   ValueError: ",
    "a.py:3: in f\n",
    "----> 3 x\n",
    "Cell In[1], line 3\n",
    "[rank0]: ",
    "\x1b[31m",
    "Exception encountered when calling Dense.call().\n\n\x1b[1m",
    "\x1b[0m\n\nArguments received by Dense.call():\n  • inputs=tf.Tensor(shape=(2, 3), dtype=float32)\n",
    "Graph execution error:\n\nDetected at node a/b defined at (most recent call last):\n",
    "{{function_node __wrapped__MatMul}} ",
    "\n",
    "-1",
    "torch.Size([2, 3])",
    "[2, -1]",
    "(2x3 and 4x5)",
    "()",
    "[]",
    "99999999999999999999999",
    "\0",
    "٣",
    *MESSAGES,
]
SLOTS = {
    "int": st.integers(-(10**18) + 1, 10**18 - 1).map(str),
    "shape": st.lists(st.integers(-5, 10**6), max_size=6).map(lambda sizes: f"torch.Size({sizes})"),
    "word": st.sampled_from(["weight", "a", "b", "self", "linear", "in_channels"]),
    "type": st.sampled_from(["Float", "Double", "long int", "c10::Half", "torch.FloatTensor"]),
    "device": st.sampled_from(["cpu", "cuda:0", "mps"]),
    "names": st.lists(st.sampled_from(["'a'", '"b.c"']), min_size=1, max_size=3).map(", ".join),
    "quoted": st.sampled_from(['"b c -> b"', '""']),
    "text": st.sampled_from(["x", "some more words", ""]),
}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    for found in find_messages(text):
        assert found.conflict.kind in KINDS
    for error in read_log(text):
        assert 0 < error.line <= error.end


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_in_any_order(text: str) -> None:
    report = explain_text(text, Path("/nowhere"))
    assert [target.status for target in report.targets] in (["checked"], ["partial"], ["skipped"])
    assert bool(report.findings) <= (report.targets[0].status != "skipped")


@settings(deadline=None)
@given(st.sampled_from(MESSAGES), st.data())
def test_cut_and_mutated_messages(message: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(message)))
    end = data.draw(st.integers(start, len(message)))
    put_in = data.draw(st.one_of(st.text(max_size=5), st.sampled_from(PIECES)))
    for text in (message[start:end], message[:start] + put_in + message[end:]):
        conflict = read_message("RuntimeError", text)
        assert conflict is None or conflict.kind in KINDS


@settings(deadline=None)
@given(st.data())
def test_every_wording_with_any_values(data: st.DataObject) -> None:
    """Readers meet shapes of every rank and numbers of every size: none takes a form for granted."""
    each = data.draw(st.sampled_from(wordings()))
    text = each.template
    for name, kind in each.slots.items():
        text = text.replace(f"{{{name}:{kind}}}", data.draw(SLOTS[kind]))
    for found in find_messages(text):
        assert found.conflict.kind in KINDS


HUGE = {
    "errors": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x1568 and 1050x10)\n" * 12_000,
    "anchors": "size mismatch for " * 55_000,
    "brackets": "[(" * 500_000,
    "numbers": "1x" * 500_000,
    "lists": "1, " * 330_000,
    "spaces": " " * 1_000_000,
    "newlines": "\n" * 1_000_000,
    "one word": "w" * 1_000_000,
    "keys": "Missing key(s) in state_dict: " + '"a.b", ' * 140_000,
    "frames": "Traceback (most recent call last):\n" + '  File "a.py", line 3, in f\n    x\n' * 30_000,
    "headers": "Traceback (most recent call last):\n" * 28_000,
    "arrows": "RuntimeError     Traceback (most recent call last)\n" + "----> 5 x\n" * 100_000,
    "pytest": "E   RuntimeError: x\n" * 50_000,
    "colours": "\x1b[31m" * 200_000,
    "markers": "Traceback (most recent call last):\n" + "    ~~~^^^\n" * 90_000,
    "printed": "ValueError: value=[[" + "-0.1  0.2 " * 90_000,
    "openings": "[1" * 500_000,
    "calls": "Exception encountered when calling Dense.call().\n\n" * 20_000,
    "paragraphs": 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    x\nValueError: x\n\ny\n'
    * 11_000,
    "shapes": "RuntimeError: sizes must match " + "torch.Size([2, 3]) " * 50_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_megabyte_is_read_in_a_couple_of_seconds(name: str) -> None:
    text = HUGE[name]
    began = time.process_time()
    explain_text(text, Path("/nowhere"))
    assert time.process_time() - began < 3
