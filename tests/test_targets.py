"""What the names in a call stand for, and the inputs in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from axiswise.source.inputs import given_input
from axiswise.targets import named

FILES = {
    "nets/__init__.py": "raise SystemExit('imported')",
    "nets/deep/__init__.py": "raise SystemExit('imported')",
    "nets/deep/model.py": "import torch\nclass Net:\n    class Inner: pass\nmade, (other, _) = 1, (2, 3)\n",
    "plain/model.py": "from torch import nn\nif nn:\n    def net(x): pass\nfrom elsewhere import Shown as Seen\n",
    "plain/words.py": "import json\n",
    "plain/.hidden/model.py": "import torch\n",
    "plain/near.py": "import model\n",
    "given/model.py": "from elsewhere import *\n",
    "words/json.py": "import json\n",
    "empty/notes.txt": "",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules whose packages must not be imported to find them; one package has no `__init__.py`."""
    monkeypatch.chdir(tmp_path)
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)


@pytest.mark.parametrize(
    ("call", "targets"),
    [
        ("nets/deep/model.py ./nets/deep/model.py nets/deep/model.py", "nets/deep/model.py ./nets/deep/model.py"),
        ("nets.deep.model:Net", "nets/deep/model.py::Net"),
        (
            "nets.deep.model:Net.Inner nets/deep/model.py::made",
            "nets/deep/model.py::Net.Inner nets/deep/model.py::made",
        ),
        ("plain.model:net plain/model.py::Seen", "plain/model.py::net plain/model.py::Seen"),
        ("nets/deep/model.py::other", "nets/deep/model.py::other"),
        ("given.model:Anything", "given/model.py::Anything"),
        ("plain", "plain/model.py plain/near.py"),
        ("nets plain/model.py plain/", "nets/deep/model.py plain/model.py plain/near.py"),
    ],
)
def test_names_stand_for_files_and_their_parts(call: str, targets: str) -> None:
    assert named(call.split()) == targets.split()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.py", "gone.py: no such file"),
        ("", "'': no such file"),
        ("gone.py::Net", "gone.py: no such file"),
        ("::Net", "'': no such file"),
        ("nets/deep/model.py::Nett", "nets/deep/model.py has no class or function Nett; the nearest is Net"),
        ("nets/deep/model.py::Net.Other", "nets/deep/model.py has no class or function Net.Other"),
        ("nets/deep/model.py::", "nets/deep/model.py has no class or function ''"),
        ("nets.deep.model:Met", "nets/deep/model.py has no class or function Met; the nearest is Net"),
        ("nets.gone.model:Net", "nets.gone.model: no such module, neither here nor where Python looks for modules"),
        ("plain:Net", "plain: the module has no Python source"),
        ("math:Net", "math: the module has no Python source"),
        ("sys:Net", "sys: the module has no Python source"),
        ("empty", "empty: no Python file is in it"),
        ("words", "words: none of its Python files imports a framework"),
        ("/dev/null", "/dev/null is no regular file"),
    ],
)
def test_what_stands_for_nothing_is_one_line(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        named([name])


@pytest.mark.parametrize(
    ("text", "name", "kind", "axes"),
    [
        ("x: Float[batch time 512]", "x", "Float", ("batch", "time", "512")),
        (" ids:Int64[ b  ...]", "ids", "Int", ("b", "...")),
        ('mask: Bool[Tensor, "batch #time"]', "mask", "Bool", ("batch", "#time")),
        ("scale: Float[]", "scale", "Float", ()),
    ],
)
def test_an_input_is_read(text: str, name: str, kind: str, axes: tuple[str, ...]) -> None:
    found, hint = given_input(text)
    assert (found, hint.kind, hint.axes, hint.binding) == (name, kind, axes, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "'x' is no input; one is written 'x: Float[batch time 512]'"),
        ("x: batch 512", "'x: batch 512' is no input; one is written 'x: Float[batch time 512]'"),
        ("x: Flat[batch]", "'x: Flat[batch]': Flat is no kind of elements; there are Float, Int, Bool and Complex"),
        ("x: Float[batch -1]", "'x: Float[batch -1]': `-1` is no axis; axes are names, numbers and `...`"),
        ("x: Float[b, 5]", "'x: Float[b, 5]': `b,` is no axis; axes are names, numbers and `...`"),
        (
            "x: Float[... ...]",
            "'x: Float[... ...]': more than one part of `... ...` stands for any number of axes; axes are names, "
            "numbers and `...`",
        ),
    ],
)
def test_a_wrong_input_is_one_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        given_input(text)
