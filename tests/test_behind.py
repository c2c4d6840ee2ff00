"""Programs in which an error that nothing can stand in for hides others: one call has to tell them all."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.diagnosis import Diagnosis, Report
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text

HEAD = "import torch\nimport torch.nn as nn\nfrom torch.utils.data import DataLoader, TensorDataset\n"
Check = Callable[[str], Report]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Sandbox) -> Check:
    monkeypatch.chdir(tmp_path)

    def run(program: str) -> Report:
        Path("program.py").write_text(HEAD + textwrap.dedent(program), "utf-8")
        return check(["program.py"], sandbox=warm)

    return run


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def is_verified(finding: Diagnosis) -> bool:
    return bool(finding.fixes) and finding.fixes[0].verdict == "verified"


def run_mended(report: Report) -> dict[str, object]:
    """Run the program with every first fix in it, and return its names."""
    edits = [edit for finding in report.findings for edit in finding.fixes[0].edits]
    text = apply_to_text(Path("program.py").read_text("utf-8"), edits)
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(text, "<mended>", "exec"), names)
    return names


UNPACKED = """
    class Head(nn.Module):
        def __init__(self):
            super().__init__()
            self.proj = nn.Linear(16, 8)
            self.out = nn.Linear(12, 4)

        def forward(self, x):
            B, T, C = x.shape
            return self.out(self.proj(x)).view(B, T, 4)

    y = Head()(torch.randn(6, 5, 16).flatten(1, 2))
"""


def test_a_fault_behind_an_unpacking_is_found_and_both_are_mended(checked: Check) -> None:
    report = checked(UNPACKED)
    assert rules(report) == ["shape-unpack", "linear-in-features"]
    assert all(map(is_verified, report.findings))
    assert tuple(run_mended(report)["y"].shape) == (6, 5, 4)


def test_the_target_tells_how_far_the_unchanged_program_goes(checked: Check) -> None:
    target = checked(UNPACKED).targets[0]
    assert target.status == "partial"
    assert "not enough values to unpack" in (target.reason or "")


def test_a_fault_behind_says_behind_what(checked: Check) -> None:
    first, second = checked(UNPACKED).findings
    assert any("verified together with that of the finding behind it" in note.message for note in first.notes)
    assert second.behind == first.raised_at
    assert [note.span for note in second.notes if note.message == "behind the error"] == [first.raised_at]


def test_what_a_call_hides_behind_its_first_complaint_is_found_too(checked: Check) -> None:
    report = checked("""
        table = nn.Embedding(10, 4)
        words = torch.tensor([3.0, 14.0, 15.0])
        y = table(words)
    """)
    assert rules(report) == ["dtype-mismatch", "index-out-of-range"]
    assert all(map(is_verified, report.findings))
    assert tuple(run_mended(report)["y"].shape) == (3, 4)


def test_three_in_a_row_are_three_findings(checked: Check) -> None:
    report = checked("""
        image = torch.randn(3, 32, 32)
        n, c, h, w = image.shape
        attention = nn.MultiheadAttention(30, 4, batch_first=True)
        steps = torch.randn(2, 7, 30)
        y, _ = attention(steps, steps, steps)
        z = nn.Conv2d(4, 8, 3)(image)
        print(n, c, h, w)
    """)
    assert rules(report) == ["shape-unpack", "attention-heads", "conv-channels"]
    assert all(map(is_verified, report.findings))
    names = run_mended(report)
    assert tuple(names["y"].shape) == (2, 7, 30)
    assert tuple(names["z"].shape) == (1, 8, 30, 30)


def test_a_fault_behind_a_librarys_refusal_is_found(checked: Check) -> None:
    report = checked("""
        attention = nn.MultiheadAttention(30, 4)
        x = torch.randn(7, 2, 30)
        y = nn.Linear(64, 5)(attention(x, x, x)[0])
    """)
    assert rules(report) == ["attention-heads", "linear-in-features"]
    assert report.findings[0].exception is not None
    assert report.findings[0].exception.type == "AssertionError"
    assert all(map(is_verified, report.findings))
    assert tuple(run_mended(report)["y"].shape) == (7, 2, 5)


MOVED = {
    "undoing it is the only way": """
        x = torch.randn(6, 16)
        B, T, C = x.shape
        n, d = x.shape
    """,
    "the size it made is in the way": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.head = nn.Linear(32, 5)

            def forward(self, x):
                B, T, C = x.shape
                return self.head(x.reshape(B, T, C).mean(1))

        steps = torch.randn(16, 10, 32)
        labels = torch.randint(0, 5, (16,))
        loss = nn.functional.cross_entropy(Net()(steps.mean(1)), labels)
    """,
}


@pytest.mark.parametrize("name", MOVED)
def test_a_fix_that_moves_the_error_is_not_verified(checked: Check, name: str) -> None:
    report = checked(MOVED[name])
    assert rules(report) == ["shape-unpack"]
    assert not is_verified(report.findings[0])


def test_branches_not_taken_are_proved_beside_what_was_found(checked: Check) -> None:
    report = checked("""
        x = torch.randn(4, 3)
        nn.Linear(5, 7)(x)
        if x.sum() > 0:
            y = x
        else:
            y = nn.Linear(5, 2)(x)
    """)
    assert rules(report) == ["linear-in-features", "linear-in-features"]
    assert all(map(is_verified, report.findings))


def test_a_mistake_that_raises_nothing_has_no_error_behind_it(checked: Check) -> None:
    report = checked("""\
        class Positions(nn.Module):
            def __init__(self, longest=300):
                super().__init__()
                self.register_buffer("table", torch.zeros(1, longest, 16))

            def forward(self, steps):
                return steps + self.table[:, : steps.size(0)].transpose(0, 1)

        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        layer(Positions()(torch.randn(6, 11, 16)))
    """)
    assert rules(report) == ["position-axis"]
    assert not is_verified(report.findings[0])
