"""No framework is imported unless the program uses it: a checked program loads no more of them than a run one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKED = """
import sys
from axiswise.frontends.choosing import family_of
from axiswise.frontends.program import replay
assert replay({"script": sys.argv[1], "family": family_of(sys.argv[1])})["status"] == "checked"
"""

RUN = """
import runpy, sys
runpy.run_path(sys.argv[1])
"""

LOOK = """
print("loaded", *sorted({"torch", "tensorflow", "tf_keras", "keras", "jax", "numpy"} & set(sys.modules)))
"""


def loaded(text: str, script: Path, backend: str) -> set[str]:
    """Return the frameworks that a process has loaded after it did something with a script."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "KERAS_BACKEND": backend}
    call = [sys.executable, "-c", text + LOOK, str(script)]
    done = subprocess.run(call, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(next(line for line in done.stdout.splitlines() if line.startswith("loaded")).split()[1:])


@pytest.mark.parametrize(
    ("program", "backend", "least"),
    [
        ("import numpy as np\nx = np.zeros((2, 3)) @ np.zeros((3, 4))\n", "tensorflow", {"numpy"}),
        ("import jax.numpy as jnp\nx = jnp.zeros((2, 3)) @ jnp.zeros((3, 4))\n", "tensorflow", {"jax"}),
        ("import torch\nx = torch.zeros(2, 3) @ torch.zeros(3, 4)\n", "tensorflow", {"torch"}),
        ("import tensorflow as tf\nx = tf.zeros((2, 3)) @ tf.zeros((3, 4))\n", "tensorflow", {"tensorflow"}),
        ("import keras\nx = keras.layers.Dense(3)(keras.ops.zeros((2, 4)))\n", "torch", {"keras", "torch"}),
        ("import keras\nx = keras.layers.Dense(3)(keras.ops.zeros((2, 4)))\n", "jax", {"keras", "jax"}),
    ],
)
def test_a_checked_program_loads_what_it_loads_itself(
    program: str, backend: str, least: set[str], tmp_path: Path
) -> None:
    script = tmp_path / "program.py"
    script.write_text(program, "utf-8")
    run = loaded(RUN, script, backend)
    assert least <= run
    assert loaded(CHECKED, script, backend) <= run | {"numpy"}
