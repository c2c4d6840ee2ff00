"""Which family a program needs is read off its imports, those of its own modules included."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.frontends.choosing import EAGER, TORCH, family_of, warmth_of


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("import torch\nimport numpy as np", TORCH),
        ("import numpy as np", EAGER),
        ("import numpy as np\nfrom sklearn.model_selection import train_test_split", EAGER),
        ("import keras\nimport torch", EAGER),
        ("from tensorflow.keras import layers", EAGER),
        ("import jax.numpy as jnp", EAGER),
        ("import transformers", TORCH),
        ("import numpy as np\nimport timm", TORCH),
        ("import sys", TORCH),
        ("from model import Net", EAGER),
        ("from package.model import Net", EAGER),
        ("this is not Python", TORCH),
    ],
)
def test_the_family_of_a_program(text: str, family: str, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import keras\nfrom train import *\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "model.py").write_text("import tensorflow as tf\n")
    script = tmp_path / "train.py"
    script.write_text(text)
    assert family_of(str(script)) == family


@pytest.mark.parametrize(
    ("text", "modules", "environment"),
    [
        ("import torch\n", (), ()),
        ("import numpy as np\n", (), ()),
        ("import keras\n", ("keras",), ()),
        ("from tensorflow.keras import layers\n", ("tensorflow", "keras"), ()),
        (
            'import os\nos.environ["KERAS_BACKEND"] = "jax"\nimport keras\n',
            ("keras",),
            (("KERAS_BACKEND", "jax"),),
        ),
        ('import os, sys\nos.environ["KERAS_BACKEND"] = sys.argv[1]\nimport keras\n', (), ()),
        ('import os\nif 1:\n    os.environ["KERAS_BACKEND"] = "jax"\nimport keras\n', (), ()),
    ],
)
def test_what_is_loaded_before_a_program_runs(
    text: str, modules: tuple[str, ...], environment: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    script = tmp_path / "program.py"
    script.write_text(text)
    warmth = warmth_of(str(script))
    assert (warmth.modules, warmth.environment) == (modules, environment)
