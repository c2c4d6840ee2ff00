"""Keras' training, checked as a user would: faults in labels, lengths and weights are found, right programs are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from axiswise.checking import check, warm_sandbox
from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.frontends.choosing import EAGER, Warmth
from axiswise.sandbox import Sandbox

pytest.importorskip("tensorflow")
pytest.importorskip("keras")

HEAD = "import keras\nimport numpy as np\nfrom keras import layers\nx = np.random.rand(100, 12)\n"

FAULTS = {
    "one-hot loss, class numbers": (
        'y = np.random.randint(0, 5, 100)\nm = keras.Sequential([layers.Dense(5, activation="softmax")])\n'
        'm.compile("sgd", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])\nm.fit(x, y)\n',
        "label-encoding",
        "SparseCategoricalCrossentropy",
    ),
    "sparse loss, one-hot rows": (
        "y = keras.utils.to_categorical(np.random.randint(0, 5, 100), 5)\n"
        'm = keras.Sequential([layers.Dense(5, activation="softmax")])\n'
        'm.compile("sgd", loss="sparse_categorical_crossentropy")\nm.fit(x, y)\n',
        "label-encoding",
        '"categorical_crossentropy"',
    ),
    "classes counted from 1": (
        "y = np.arange(100) % 5 + 1\nm = keras.Sequential([layers.Dense(5)])\n"
        'm.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))\nm.fit(x, y)\n',
        "index-out-of-range",
        "- 1",
    ),
    "another number of samples": (
        'y = np.random.rand(90)\nm = keras.Sequential([layers.Dense(1)])\nm.compile("sgd", "mse")\n'
        "h = m.fit(x, y, epochs=7)\nassert len(h.history['loss']) == 7\n",
        "batch-mismatch",
        "100",
    ),
    "units and columns": (
        'y = np.random.rand(100, 3)\nm = keras.Sequential([layers.Dense(4, activation="sigmoid")])\n'
        'm.compile("sgd", "binary_crossentropy")\nm.fit(x, y)\n',
        "loss-target-shape",
        "3",
    ),
    "a table of tables": (
        "t = np.random.rand(30, 7, 16)\ne = layers.Embedding(30, 16)\ne.build((None,))\ne.set_weights([t])\n",
        "unpooled-weights",
        ".mean(1)",
    ),
}

RIGHT = {
    "lengths": (
        'y = np.random.randint(0, 3, 100)\nm = keras.Sequential([layers.Dense(3)])\nm.compile("sgd", '
        'keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])\n'
        "h = m.fit(x, y, epochs=6, validation_split=0.3, class_weight={0: 1.0, 1: 2.0, 2: 1.0})\n"
        'assert len(h.history["val_loss"]) == 6\nassert m.predict(x).shape == (100, 3)\n'
        'm.save_weights("w.weights.h5")\nm.load_weights("w.weights.h5")\n'
    ),
    "generators": (
        "def batches():\n    while True:\n        yield x[:8], x[:8, :1]\n"
        'm = keras.Sequential([layers.Dense(1)])\nm.compile("sgd", "mse")\n'
        "m.fit(batches(), steps_per_epoch=50, epochs=2)\n"
        "assert m.predict(((x[:8],) for _ in range(5))).shape == (40, 1)\n"
    ),
    "data that is not there": (
        "(a, b), (c, d) = keras.datasets.cifar10.load_data()\nassert a.shape == (50000, 32, 32, 3)\n"
        "assert b.shape == (50000, 1) and d.max() == 9\n"
    ),
}


@pytest.fixture(scope="module")
def loaded() -> Iterator[Sandbox]:
    with warm_sandbox(Warmth(EAGER, ("keras",), (("KERAS_BACKEND", "tensorflow"),)), 120) as made:
        yield made


def _checked(text: str, folder: Path, sandbox: Sandbox) -> Report:
    script = folder / "program.py"
    script.write_text(HEAD + text)
    return check([str(script)], Options(time_budget=120), sandbox=sandbox)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_a_fix_that_stands(name: str, tmp_path: Path, loaded: Sandbox) -> None:
    text, rule, edit = FAULTS[name]
    report = _checked(text, tmp_path, loaded)
    assert [each.rule for each in report.findings] == [rule], report
    standing = [fix for fix in report.findings[0].fixes if fix.verdict == "verified"]
    assert any(edit in part.text for fix in standing for part in fix.edits), report.findings[0].fixes


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_checked_in_silence(name: str, tmp_path: Path, loaded: Sandbox) -> None:
    report = _checked(RIGHT[name], tmp_path, loaded)
    assert [(each.status, each.reason) for each in report.targets] == [("checked", None)]
    assert report.findings == ()
    assert list(tmp_path.iterdir()) == [tmp_path / "program.py"]


def test_a_fault_of_the_data_and_one_of_the_labels_are_mended_together(tmp_path: Path, loaded: Sandbox) -> None:
    text = (
        "y = np.random.randint(0, 3, 100)\n"
        'm = keras.Sequential([keras.Input((4, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])\n'
        'm.compile("sgd", "categorical_crossentropy")\nm.fit(x, y)\n'
    )
    findings = _checked(text, tmp_path, loaded).findings
    assert [each.rule for each in findings] == ["declared-input", "label-encoding"]
    assert all(each.fixes[0].verdict == "verified" for each in findings)
    assert findings[0].fixes[0].edits[0].text == "np.reshape(x, (-1, 4, 3))"


def test_labels_are_mended_where_train_and_held_out_both_come_from(tmp_path: Path, loaded: Sandbox) -> None:
    text = (
        'y = np.random.randint(0, 3, 100)\nm = keras.Sequential([layers.Dense(3, activation="softmax")])\n'
        'm.compile("sgd", "categorical_crossentropy")\n'
        "m.fit(x[:80], y[:80], validation_data=(x[80:], y[80:]))\n"
    )
    (found,) = _checked(text, tmp_path, loaded).findings
    made = [edit.text for fix in found.fixes if fix.verdict == "verified" for edit in fix.edits]
    assert "keras.utils.to_categorical(np.random.randint(0, 3, 100), 3)" in made
    assert "keras.utils.to_categorical(y[80:], 3)" in made
