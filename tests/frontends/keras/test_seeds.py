"""The Keras programs among the examples, on every backend: what is right is met with silence, the rest is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.corpus.judging import EXAMPLES
from tests.frontends.keras.told import told

SEEDS = EXAMPLES / "seeds_keras"
EXPECTED = json.loads((SEEDS / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("backend", ["torch", "tensorflow", "jax"])
def test_each_example_is_told_as_expected(backend: str, tmp_path: Path) -> None:
    programs = {Path(name).stem: (SEEDS / name).read_text("utf-8") for name in EXPECTED}
    found = told(backend, programs, tmp_path)
    for name, wanted in EXPECTED.items():
        said = found[Path(name).stem]
        assert said.status == "checked" or wanted["rules"], said
        assert [rule for rule, _ in said.findings] == wanted["rules"], said
        if wanted["rules"]:
            assert said.findings[0][1] in wanted["lines"], said
            assert any(part in text for part in wanted["first_fix_contains"] for text in said.fixes[0]), said
