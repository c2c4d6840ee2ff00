"""Annotations that are written into a source, from the inputs a model was given."""

from __future__ import annotations

import pytest

from axiswise.source.edit import apply_to_text
from axiswise.source.inscribing import inscribed
from axiswise.source.text import SourceFile

INPUTS = {"x": "Float[batch 3 height]", "mask": "Bool[batch]", "n": "Int[]", "parts[0]": "Float[batch]"}


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        (
            "import torch\ndef f(x, mask=None, *, n: int = 2): pass\n",
            "f",
            "from jaxtyping import Bool\nfrom jaxtyping import Float\nimport torch\n"
            'def f(x: Float[torch.Tensor, "batch 3 height"], mask: Bool[torch.Tensor, "batch"]=None, *, '
            "n: int = 2): pass\n",
        ),
        (
            "from __future__ import annotations\nfrom torch import Tensor\nfrom jaxtyping import Float\n"
            "class Net:\n    def forward(self, x: Tensor, parts): pass\n",
            "Net",
            "from __future__ import annotations\nfrom torch import Tensor\nfrom jaxtyping import Float\n"
            'class Net:\n    def forward(self, x: Float[Tensor, "batch 3 height"], parts): pass\n',
        ),
        ("import torch\ndef f(y): pass\n", "f", None),
        ("import torch\ndef f(x): pass\n", "g", None),
        ("from torch.nn import Module\nclass Net(Module):\n    def forward(self, x): pass\n", "Net", None),
        ("import torch\ndef f(x: \"Float[torch.Tensor, 'b']\"): pass\n", "f", None),
    ],
)
def test_what_is_taken_is_written_where_nothing_else_is_said(before: str, part: str, after: str | None) -> None:
    fix = inscribed(SourceFile("net.py", before), part, INPUTS)
    assert (fix and apply_to_text(before, fix.edits)) == after
