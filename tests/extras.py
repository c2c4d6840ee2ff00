"""Each extra alone: `python3 -m tests.extras [NAME ...]`, from the root, with any Python that has pip.

For every name a small environment is made in a temporary folder, with axiswise' own wheel, that extra and nothing else.
A broken program of the framework is checked in it: the fault has to be told by its rule with a fix that was verified,
and no other framework may even be there. All of them together are what `make test` runs in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = ("torch", "tensorflow", "keras", "jax", "numpy")


@dataclass(frozen=True)
class Extra:
    """One way to install axiswise.

    Attributes:
        extras: Names of extras, separated by commas.
        beside: What is asked for by its own name: builds without CUDA.
        has: The frameworks that come with it.
        program: A broken program.
        rule: What it has to be told.
        backend: Keras' backend.
    """

    extras: str
    beside: tuple[str, ...]
    has: tuple[str, ...]
    program: str
    rule: str
    backend: str = ""


_TORCH = """
import torch
from torch import nn

layers = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(46, 10))
print(layers(torch.randn(8, 32)).shape)
"""

_KERAS = """
import numpy as np
import keras
from keras import layers

classes = layers.Dense(3, activation="softmax")
model = keras.Sequential([keras.Input((24,)), layers.Dense(16, activation="relu"), classes])
model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd")
model.fit(np.random.rand(40, 20), np.random.randint(0, 3, 40), epochs=2)
"""

_JAX = """
import jax
import jax.numpy as jnp

rows = jnp.ones((16, 12))
weight = jax.random.normal(jax.random.key(0), (8, 12))
print((rows @ weight).shape)
"""

_NUMPY = """
import numpy as np

weights = np.random.rand(8, 3)
features = np.random.rand(40, 6)
print(np.argmax(features @ weights, axis=1))
"""

_TORCH_BUILD, _TENSORFLOW_BUILD = "torch==2.13.0", "tensorflow-cpu>=2.21,<2.22"

EXTRAS = {
    "numpy": Extra("numpy", (), ("numpy",), _NUMPY, "matmul-contraction"),
    "jax": Extra("jax", (), ("jax", "numpy"), _JAX, "matmul-contraction"),
    "keras-tensorflow": Extra(
        "keras", (_TENSORFLOW_BUILD,), ("keras", "numpy", "tensorflow"), _KERAS, "declared-input", "tensorflow"
    ),
    "keras-torch": Extra(
        "keras,torch", (_TORCH_BUILD,), ("keras", "numpy", "torch"), _KERAS, "declared-input", "torch"
    ),
    "torch": Extra("torch", (_TORCH_BUILD,), ("torch",), _TORCH, "linear-in-features"),
}


def wheel(folder: str) -> Path:
    """Build axiswise' own wheel."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)]
    subprocess.run(build, check=True)
    return next(Path(folder).glob("*.whl"))


def environment(name: str, built: Path, place: Path) -> Path:
    """Return the Python of a new environment with one extra."""
    extra = EXTRAS[name]
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    asked = [*extra.beside, f"axiswise[{extra.extras}] @ {built.as_uri()}"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *asked], check=True)
    return python


def faults(name: str, python: Path) -> list[str]:
    """Return what is not as it should be of an extra: nothing, if all is well."""
    extra = EXTRAS[name]
    settings = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "KERAS_BACKEND")}
    settings |= {"KERAS_BACKEND": extra.backend} if extra.backend else {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(extra.program.lstrip(), "utf-8")

        def asked(*words: str) -> str:
            call = [str(python), *words]
            return subprocess.run(call, cwd=folder, env=settings, capture_output=True, text=True, check=False).stdout

        look = f"import importlib.util as u; print(*[name for name in {FRAMEWORKS} if u.find_spec(name)])"
        there = asked("-c", look).split()
        said = asked("-m", "axiswise", "check", "program.py", "--format", "json")
    wrong = [f"{each} is there too" for each in there if each not in extra.has]
    if not said.startswith("{"):
        return [*wrong, "no report"]
    found = json.loads(said)["findings"]
    rules = [each["rule"] for each in found]
    if rules != [extra.rule]:
        return [*wrong, f"told {rules}, not {extra.rule}"]
    proved = [fix for fix in found[0]["fixes"] if fix["verdict"].startswith("verified")]
    return wrong if proved else [*wrong, "no fix was verified"]


def main() -> int:
    names = sys.argv[1:] or list(EXTRAS)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        built = wheel(folder)
        for name in names:
            began = time.monotonic()
            with tempfile.TemporaryDirectory() as place:
                wrong = faults(name, environment(name, built, Path(place)))
            bad += bool(wrong)
            print(f"{name:18} {time.monotonic() - began:5.0f} s  {'; '.join(wrong) or EXTRAS[name].rule}", flush=True)
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
