"""Inputs of modules are found without a hint; right modules get silence, planted faults are found."""

from __future__ import annotations

import json

import pytest

from tests.corpus.modules.__main__ import FIGURES, fits, run


@pytest.mark.parametrize(
    ("found", "expected", "fit"),
    [
        ({"x": "Float[batch 3 h w]"}, {"x": "Float[b 3 height width]"}, True),
        ({"x": "Float[batch channels h w]"}, {"x": "Float[b 3 height width]"}, False),
        ({"x": "Float[batch 7]"}, {"x": "Float[b #]"}, True),
        ({"x": "Float[batch time]", "y": "Float[other]"}, {"x": "Float[b t]", "y": "Float[b]"}, False),
        ({"x": "Int[batch]"}, {"x": "Float[b]"}, False),
        ({}, {"x": "Float[b]"}, False),
    ],
)
def test_expected_inputs_are_compared_by_kind_number_and_equal_axes(
    found: dict[str, str], expected: dict[str, str], fit: bool
) -> None:
    assert fits(found, expected) is fit


def test_no_figure_falls_behind_the_record() -> None:
    recorded = json.loads(FIGURES.read_text("utf-8"))
    verdicts = run(["own", "planted"], "")
    for group, found in verdicts.items():
        missed = {name for name, each in found.items() if each.word not in ("right", "found")}
        assert missed <= {name for name, (word, _, _) in recorded[group].items() if word not in ("right", "found")}
    assert not any(each.word == "false alarm" for each in verdicts["own"].values())
