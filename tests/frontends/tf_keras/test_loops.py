"""The loops of `tf_keras`: what they are given is held against the model, and they run short."""

from __future__ import annotations

from pathlib import Path

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Report

PROGRAM = """\
import numpy as np
import tf_keras as keras
from tf_keras import layers

scans, kinds = np.random.rand({scans}), {kinds}
model = keras.Sequential([layers.Conv2D(2, 3, input_shape=(9, 9, 1)), layers.Flatten(), layers.Dense(4, "softmax")])
model.compile(optimizer="sgd", loss="{loss}")
model.fit(scans, kinds, epochs=40)
print(model.evaluate(scans, kinds), model.predict({asked}).shape)
"""
RIGHT = {
    "scans": "70, 9, 9, 1",
    "kinds": "np.random.randint(0, 4, 70)",
    "loss": "sparse_categorical_crossentropy",
    "asked": "scans",
}


def checked(folder: Path, **changed: str) -> Report:
    path = folder / "program.py"
    path.write_text(PROGRAM.format(**{**RIGHT, **changed}))
    return check([str(path)], Options(time_budget=240))


def test_a_right_program_is_silent(tmp_path: Path) -> None:
    report = checked(tmp_path)
    assert report.targets[0].status == "checked"
    assert not report.findings


def test_data_of_another_number_of_axes_are_regrouped(tmp_path: Path) -> None:
    findings = checked(tmp_path, scans="70, 81").findings
    assert {each.rule for each in findings} == {"declared-input"}
    fix = findings[0].fixes[0]
    assert fix.verdict == "verified"
    assert [edit.text for edit in fix.edits] == ["np.reshape(scans, (-1, 9, 9, 1))"]


def test_what_the_loop_itself_makes_fit_is_silent(tmp_path: Path) -> None:
    assert not checked(tmp_path, scans="70, 9, 9").findings  # it gives data an axis of 1 behind their last


def test_class_numbers_for_a_loss_that_takes_rows(tmp_path: Path) -> None:
    found = checked(tmp_path, loss="categorical_crossentropy").findings[0]
    assert (found.rule, found.fixes[0].verdict) == ("label-encoding", "verified")
    assert found.span is not None
    assert found.span.line == 7


def test_one_sample_is_no_batch(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, asked="scans[0]").findings
    assert found.rule == "missing-batch-axis"
    assert found.fixes[0].edits[0].text == "scans[0][None]"
