"""Names that were made up for the axes of inputs are no ground for a finding; names that a text gives are."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import axiswise

STEPS_FIRST = """
    import torch
    from torch import nn


    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(100, 32)
            self.register_buffer("places", torch.zeros(500, 1, 32))
            self.encode = nn.TransformerEncoderLayer(32, 4, 64)

        def forward(self, src):{comment}
            x = self.embed(src)
            return self.encode(x + self.places[: x.size(0)])
"""


@pytest.mark.parametrize(
    ("comment", "found"), [("", []), ("  # src: (batch, time)", ["batch-read-as-sequence", "position-axis"])]
)
def test_only_a_name_that_is_given_tells_the_batch(tmp_path: Path, comment: str, found: list[str]) -> None:
    file = tmp_path / "tagger.py"
    file.write_text(textwrap.dedent(STEPS_FIRST).replace("{comment}", comment), encoding="utf-8")
    assert [each.rule for each in axiswise.check([str(file)]).findings] == found
