"""Of several fixes that stand, the one that the program's own names and neighbours speak for comes first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from axiswise.checking import check
from axiswise.sandbox import Sandbox

HEADER = "import torch\nfrom torch import nn\n\n\n"

FORGOTTEN = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 24)
        self.mix = nn.Linear(24, 40)
        self.decide = nn.Linear(40, 7)

    def forward(self, tokens):
        vectors = self.embed(tokens).mean(dim=1)
        return {call}


scores = Reader()(torch.randint(0, 50, (3, 9)))
loss = nn.functional.cross_entropy(scores, torch.tensor([0, 6, 2]))
"""

CASES = {
    "a layer that nothing calls is called first": (
        FORGOTTEN.format(call="self.decide(vectors)"),
        14,
        "self.decide(self.mix(vectors))",
    ),
    "a layer that nothing calls is called in the other's place": (
        FORGOTTEN.format(call="self.mix(torch.relu(self.mix(vectors)))"),
        14,
        "self.decide(torch.relu(self.mix(vectors)))",
    ),
    "a variable that nothing reads is read": (
        """
        class Coder(nn.Module):
            def __init__(self):
                super().__init__()
                self.squeeze = nn.Linear(30, 12)
                self.restore = nn.Linear(12, 30)

            def forward(self, signal):
                code = torch.tanh(self.squeeze(signal))
                return self.restore(signal)


        again = Coder()(torch.randn(5, 30))
        """,
        13,
        "self.restore(code)",
    ),
    "a parameter that nothing reads is read": (
        """
        class Pair(nn.Module):
            def __init__(self, inner, outer):
                super().__init__()
                self.first = nn.Linear(18, inner)
                self.second = nn.Linear(inner, 5)
                self.third = nn.Linear(6, 4)

            def forward(self, x):
                return self.third(self.second(self.first(x)))


        out = Pair(10, 6)(torch.randn(2, 18))
        """,
        9,
        "nn.Linear(inner, outer)",
    ),
    "a line is written as its neighbours": (
        """
        class Heads(nn.Module):
            def __init__(self, width=24, heads=3):
                super().__init__()
                self.heads = heads
                self.ask, self.key = nn.Linear(width, width), nn.Linear(width, width)

            def forward(self, x):
                rows, steps, width = x.shape
                ask, key = self.ask(x), self.key(x)
                ask = ask.view(rows, steps, self.heads, width // self.heads).transpose(1, 2)
                key = key.view(rows, steps, self.heads, width // self.heads)
                return ask @ key.transpose(-2, -1)


        scores = Heads()(torch.randn(2, 7, 24))
        """,
        15,
        "key = key.view(rows, steps, self.heads, width // self.heads).transpose(1, 2)",
    ),
    "sizes in another order than the neighbour's": (
        """
        def split(one, two, three, heads):
            rows, steps, width = one.shape
            one = one.view(rows, steps, heads, width // heads).permute(0, 2, 1, 3)
            two = two.view(rows, heads, steps, width // heads).permute(0, 2, 1, 3)
            three = three.view(rows, steps, heads, width // heads).permute(0, 2, 1, 3)
            return (one @ two.mT).softmax(-1) @ three


        scores = split(torch.randn(2, 7, 20), torch.randn(2, 7, 20), torch.randn(2, 7, 20), 4)
        """,
        8,
        "two = two.view(rows, steps, heads, width // heads).permute(0, 2, 1, 3)",
    ),
    "a map is pooled where every user of it profits": (
        """
        class Eye(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.see = nn.Sequential(nn.Conv2d(3, channels, 3, stride=2), nn.ReLU())

            def forward(self, images):
                return self.see(images)


        eye = Eye(20)
        left, right = nn.Linear(20, 4), nn.Linear(20, 6)
        images = torch.rand(5, 3, 17, 17)
        one = left(eye(images))
        two = right(eye(images))
        both = torch.cat([one, two], dim=1)
        loss = nn.functional.cross_entropy(both, torch.tensor([1, 2, 3, 4, 5]))
        """,
        11,
        "self.see(images).mean(dim=(2, 3))",
    ),
    "a kernel that eats an edge": (
        """
        keep = nn.Conv1d(8, 8, 4, padding=1)
        signal = torch.randn(2, 8, 30)
        total = signal + keep(signal)
        """,
        5,
        "nn.Conv1d(8, 8, 3, padding=1)",
    ),
    "a side where an area was meant": (
        """
        def pixels(side):
            return 1 + side


        side = 6
        image = torch.randn(4, 1 + side * side)
        layer = nn.Linear(pixels(side), 3)
        out = layer(image)
        """,
        6,
        "1 + side * side",
    ),
    "both ends of an axis are spelled alike": (
        """
        class Memory(nn.Module):
            def __init__(self, words, width, state):
                super().__init__()
                self.table = nn.Embedding(words, 3 * width)
                self.cell = nn.GRU(width, state, batch_first=True)

            def forward(self, tokens):
                return self.cell(self.table(tokens))[0]


        out = Memory(40, 8, 24)(torch.randint(0, 40, (2, 5)))
        """,
        8,
        "nn.Embedding(words, width)",
    ),
    "parts that add up are joined there": (
        """
        class Join(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.mix = nn.Linear(3 * width, width)

            def forward(self, a, b, c):
                together = torch.cat([a, b, c], dim=0)
                return self.mix(together)


        out = Join(10)(torch.randn(4, 10), torch.randn(4, 10), torch.randn(4, 10))
        """,
        11,
        "torch.cat([a, b, c], dim=1)",
    ),
    "a factor too many": (
        """
        class Block(nn.Module):
            def __init__(self, taken, given):
                super().__init__()
                self.conv = nn.Conv2d(taken, given, 3, padding=1)

            def forward(self, x):
                return torch.relu(self.conv(x))


        def stack(base):
            return nn.Sequential(Block(3, base), Block(2 * base, 4 * base))


        out = stack(6)(torch.rand(2, 3, 8, 8))
        """,
        15,
        "Block(base, 4 * base)",
    ),
    "one term of a loss is not reduced": (
        """
        scores, labels = nn.Linear(9, 5)(torch.randn(6, 9)), torch.tensor([0, 1, 2, 3, 4, 0])
        class_loss = nn.functional.cross_entropy(scores, labels, reduction="none")
        size_loss = scores.pow(2).mean()
        total = class_loss + 0.1 * size_loss
        total.backward()
        """,
        6,
        'nn.functional.cross_entropy(scores, labels, reduction="none").mean()',
    ),
}


@pytest.mark.parametrize(("program", "line", "text"), CASES.values(), ids=CASES)
def test_the_better_supported_fix_comes_first(
    program: str, line: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Sandbox
) -> None:
    monkeypatch.chdir(tmp_path)
    source = HEADER + dedent(program).lstrip("\n")
    Path("case.py").write_text(source, "utf-8")
    report = check(["case.py"], sandbox=warm)
    best = report.findings[0].fixes[0]
    lines = source.split("\n")
    for edit in sorted(best.edits, key=lambda edit: edit.span, reverse=True):
        at = edit.span
        lines[at.line - 1] = lines[at.line - 1][: at.column] + edit.text + lines[at.line - 1][at.end_column :]
    assert len(report.findings) == 1
    assert (report.findings[0].span and report.findings[0].span.line, best.verdict) == (line, "verified"), best
    assert text in lines[line - 1]
