"""Pasted text to a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.pasted import explain_text
from tests.messages.test_logs import FRAMES, MESSAGE, PLAIN, PYTEST

SOURCE = """\
import torch


class Net(torch.nn.Module):

    def forward(self, x):
        # the line below raises
        x = torch.relu(self.fc1(x))
        return x

Net()(torch.rand(4, 256))
"""
LINEAR = (
    '  File "/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 134, in forward\n'
    "    return F.linear(input, self.weight, self.bias)\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(SOURCE, "utf-8")
    return tmp_path


def test_a_bare_message(tmp_path: Path) -> None:
    report = explain_text(MESSAGE, tmp_path)
    assert [(target.target, target.status) for target in report.targets] == [("pasted text", "checked")]
    (finding,) = report.findings
    assert finding.span is None
    assert "256" in finding.message
    assert "400" in finding.message
    assert any("256 = 16 x 4 x 4 and 400 = 16 x 5 x 5" in note.message for note in finding.notes)
    assert report.exit_status == 1


def test_nothing_to_explain(tmp_path: Path) -> None:
    for text in ("", "hello", "ValueError: n_splits=5 cannot be greater than 3", "KeyError: 'x'"):
        report = explain_text(text, tmp_path)
        assert report.findings == ()
        (target,) = report.targets
        assert (target.status, target.reason) == ("skipped", "no shape error found in the text")
        assert report.exit_status == 2


def test_located_by_markers(root: Path) -> None:
    (finding,) = explain_text(PLAIN, root).findings
    assert finding.span is not None
    assert Path(finding.span.path) == root / "train.py"
    assert (finding.span.line, finding.span.column, finding.span.end_column) == (8, 23, 34)
    assert finding.raised_at == finding.span
    assert finding.exception is not None
    assert (finding.exception.type, finding.exception.message) == ("RuntimeError", MESSAGE)


def test_located_without_markers(root: Path) -> None:
    text = "\n".join(line for line in PLAIN.splitlines() if "^" not in line)
    (finding,) = explain_text(text, root).findings
    assert finding.span is not None
    assert finding.span.line == 8
    assert SOURCE.splitlines()[7][finding.span.column : finding.span.end_column] == "torch.relu(self.fc1(x))"


def test_a_layer_is_named_where_the_traceback_shows_it(root: Path) -> None:
    text = PLAIN.replace("RuntimeError:", LINEAR + "RuntimeError:")
    (finding,) = explain_text(text, root).findings
    assert finding.rule == "linear-in-features"
    assert finding.span is not None
    assert finding.span.line == 8
    assert "`self.fc1` takes 400 features" in finding.message


def test_operands_of_an_operator_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("z = (q + 1) @ k.mT\ny = q * w\n", "utf-8")
    text = 'Traceback (most recent call last):\n  File "a.py", line {}, in <module>\n    {}\nRuntimeError: {}\n'
    product = "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 5]."
    (finding,) = explain_text(text.format(1, "z = (q + 1) @ k.mT", product), tmp_path).findings
    assert "`q + 1`" in finding.message or "`(q + 1)`" in finding.message
    assert "`k.mT`" in finding.message
    sizes = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
    (finding,) = explain_text(text.format(2, "y = q * w", sizes), tmp_path).findings
    assert finding.message == "`q` has 3 along axis 1, where `w` has 4"


def test_a_changed_file_is_not_pointed_into(root: Path) -> None:
    (root / "train.py").write_text(SOURCE.replace("torch.relu(self.fc1(x))", "self.fc2(x)"), "utf-8")
    (finding,) = explain_text(PLAIN, root).findings
    assert finding.span is None
    assert any("reads differently" in note.message for note in finding.notes)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (finding,) = explain_text(PLAIN, tmp_path).findings
    assert finding.span is None
    assert any(f"{FRAMES[-1].path}:8" in note.message for note in finding.notes)


def test_pytest_and_its_relative_paths(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(SOURCE, "utf-8")
    (finding,) = explain_text(PYTEST, tmp_path).findings
    assert finding.span is not None
    assert (Path(finding.span.path).name, finding.span.line) == ("model.py", 8)


def test_eight_ranks_are_one_error(root: Path) -> None:
    text = "".join(f"[rank{rank}]: {line}\n" for rank in range(8) for line in PLAIN.splitlines())
    report = explain_text(text + MESSAGE, root)
    assert len(report.findings) == 1
    assert report.targets[0].status == "checked"


def test_two_errors_are_two(root: Path) -> None:
    other = "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1\n"
    report = explain_text(PLAIN + "\n" + other + other, root)
    assert [finding.rule for finding in report.findings] == ["matmul-contraction", "broadcast-mismatch"]


def test_a_warning_is_not_an_error(tmp_path: Path) -> None:
    text = (
        "train.py:7: UserWarning: Using a target size (torch.Size([4, 1])) that is different to the input size "
        "(torch.Size([4])). This will likely lead to incorrect results due to broadcasting.\n"
        "  loss = F.mse_loss(out, y)\n"
    )
    (tmp_path / "train.py").write_text("\n" * 6 + "loss = F.mse_loss(out, y)\n", "utf-8")
    (finding,) = explain_text(text, tmp_path).findings
    assert (finding.severity, finding.silent, finding.exception) == ("warning", True, None)
    assert "(4, 1)" in finding.message
    assert finding.span is not None
    assert (finding.span.line, finding.span.column, finding.span.end_column) == (7, 7, 25)


def test_one_of_a_chain(root: Path) -> None:
    wrapped = PLAIN.replace(MESSAGE, "forward failed: shapes (4, 256) and (400, 120) must match")
    text = PLAIN + "\nThe above exception was the direct cause of the following exception:\n\n" + wrapped
    assert [finding.rule for finding in explain_text(text, root).findings] == ["matmul-contraction"]


def test_a_checkpoint_is_one_finding(tmp_path: Path) -> None:
    lines = "\n".join(
        f"\tsize mismatch for {name}: copying a param with shape torch.Size([{n}]) from checkpoint, "
        f"the shape in current model is torch.Size([{n + 1}])."
        for n, name in enumerate("abcdefghijkl", 2)
    )
    (finding,) = explain_text(f"RuntimeError: Error(s) in loading state_dict for Net:\n{lines}", tmp_path).findings
    notes = [note.message for note in finding.notes]
    assert "also `b`: (3,) in the checkpoint, (4,) in the model" in notes
    assert "and 3 more parameters" in notes


def test_unpacking_is_a_shape_only_where_the_line_says_so(tmp_path: Path) -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 3, in f\n'
        "    {}\n"
        "ValueError: too many values to unpack (expected 3)\n"
    )
    assert explain_text(text.format("b, t, c = x.shape"), tmp_path).targets[0].status != "skipped"
    assert explain_text(text.format("b, t, c = row.split()"), tmp_path).targets[0].status == "skipped"
    assert explain_text("ValueError: too many values to unpack (expected 3)", tmp_path).targets[0].status == "skipped"
