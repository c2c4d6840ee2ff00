"""Calls of a class' instances in its project, with the tensors that they are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from axiswise.source.evaluating import Evaluator, Unknown
from axiswise.source.examples import Example, Made, examples
from axiswise.source.project import Project

NET = "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n\n\n"


def found(folder: Path, text: str, name: str = "Net") -> tuple[Example, ...]:
    path = folder / "net.py"
    path.write_text(NET + text)
    (folder / "pyproject.toml").touch()
    return examples(name, str(path), Evaluator(Project(str(path)), lambda _: None), is_class=name == "Net")


IMAGE = Made("Float", (2, 3, 32, 32))

CALLS: dict[str, tuple[str, Any]] = {
    "a name": ("net = Net()\nx = torch.randn(2, 3, 32, 32)\nnet(x)", IMAGE),
    "where it is made": ("Net()(torch.zeros((2, 3, 32, 32)))", IMAGE),
    "moved": ("net = Net().to('cuda').eval()\nnet(torch.rand(2, 3, 32, 32).cuda())", IMAGE),
    "wrapped": ("net = Net()\nnet = torch.compile(net)\nnet(torch.ones(2, 3, 32, 32))", IMAGE),
    "named sizes": ("size = 16\nnet = Net()\nnet(torch.randn(2, 3, 2 * size, 2 * size))", IMAGE),
    "like another": ("x = torch.randn(2, 3, 32, 32)\nnet = Net()\nnet(torch.randn_like(x))", IMAGE),
    "indices": ("net = Net()\nnet(torch.randint(0, 100, (2, 7)))", Made("Int", (2, 7), 99)),
    "a mask": ("net = Net()\nnet(torch.rand(2, 7) > 0.5)", Made("Bool", (2, 7))),
    "a list": (
        "net = Net()\nnet([torch.ones(3, 8), torch.ones(3, 9)])",
        [Made("Float", (3, 8)), Made("Float", (3, 9))],
    ),
    "under main": ("if __name__ == '__main__':\n    net = Net()\n    net(torch.randn(2, 3, 32, 32))", IMAGE),
    "in a test": ("def test_net():\n    net = Net()\n    assert net(torch.randn(2, 3, 32, 32)) is not None", IMAGE),
}


@pytest.mark.parametrize("case", CALLS)
def test_what_an_instance_is_called_with_is_read(case: str, tmp_path: Path) -> None:
    text, expected = CALLS[case]
    (example,) = found(tmp_path, text)
    assert example.positional == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "net = Net()\nnet = print\nnet(torch.randn(2, 3))",
        "net = Net()\nnet(load('x.pt'))",
        "nets = [Net()]\nnets[0](torch.randn(2, 3))",
        "print(Net(), torch.randn(2, 3))",
    ],
)
def test_other_calls_show_nothing(text: str, tmp_path: Path) -> None:
    assert not found(tmp_path, text)


def test_what_cannot_be_told_of_one_argument_is_unknown(tmp_path: Path) -> None:
    (example,) = found(tmp_path, "net = Net()\nnet(torch.randn(2, 3), mask=load())")
    assert example.positional == (Made("Float", (2, 3)),)
    assert isinstance(example.named["mask"], Unknown)


def test_calls_of_a_function_are_read_too(tmp_path: Path) -> None:
    (example,) = found(tmp_path, "def scaled(x):\n    return 2 * x\n\n\nscaled(torch.randn(4, 5))", "scaled")
    assert example.positional == (Made("Float", (4, 5)),)
