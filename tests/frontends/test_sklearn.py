"""Data that scikit-learn splits and scales: its axes keep their origins."""

from __future__ import annotations

from pathlib import Path

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Report

PREPARED = """\
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

readings, states = np.random.random((120, 6)), np.random.randint(0, 3, {states})
x_train, x_test, y_train, y_test = train_test_split(readings, states, test_size=0.2, random_state=0)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
weights = np.zeros(({features}, 3))
print(x_train @ weights, scaler.transform(x_test) @ weights, y_train.shape, y_test.shape)
"""


def checked(folder: Path, **sizes: int) -> Report:
    path = folder / "program.py"
    path.write_text(PREPARED.format(**sizes))
    return check([str(path)], Options(time_budget=120))


def test_a_split_and_a_scaler_hand_the_features_through(tmp_path: Path) -> None:
    found = checked(tmp_path, states=120, features=8).findings[0]
    assert found.rule == "matmul-contraction"
    assert "6 comes from random at program.py:5" in [note.message for note in found.notes]


def test_what_is_split_together_has_as_many_samples(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, states=100, features=6).findings
    assert found.message == "`train_test_split` meets 120 along axis 0 of `readings`, but 100 along axis 0 of `states`"
    assert found.span is not None
    assert found.exception is not None


def test_prepared_data_that_fit_are_silent(tmp_path: Path) -> None:
    report = checked(tmp_path, states=120, features=6)
    assert report.targets[0].status == "checked"
    assert not report.findings


def test_shuffled_data_are_followed_back_each_to_its_own(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        "import numpy as np\n"
        "from sklearn.utils import shuffle\n\n"
        "readings, states = np.zeros((40, 6)), np.zeros((40, 3))\n"
        "readings, states = shuffle(readings, states)\n"
        "print(readings @ np.zeros((8, 3)), np.zeros((2, 2)) @ states.T)\n"
    )
    first, second = check([str(path)], Options(time_budget=120)).findings
    assert "6 comes from zeros at program.py:4" in [note.message for note in first.notes]
    assert "3 comes from zeros at program.py:4" in [note.message for note in second.notes]
