"""What programs are told on one of Keras' backends: Keras is loaded once, and each program runs in a fork."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

RUN = """
import json, os, sys
import keras
from axiswise.frontends.program import replay
for path in sys.argv[1:]:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    sys.stdout = open(os.devnull, "w")
    found = replay({"script": path, "family": "eager"})
    with open(path + ".json", "w") as file:
        json.dump(found, file)
    os._exit(0)
"""


@dataclass(frozen=True)
class Told:
    """What one program was told: how its run ended, and each finding's rule, raising line and first line."""

    status: str
    reason: str | None
    findings: tuple[tuple[str, int], ...]
    messages: tuple[str, ...]
    fixes: tuple[tuple[str, ...], ...]


def told(backend: str, programs: Mapping[str, str], folder: Path) -> dict[str, Told]:
    """Run programs on a backend."""
    paths = {name: folder / f"{name}.py" for name in programs}
    for name, path in paths.items():
        path.write_text(dedent(programs[name]).lstrip(), "utf-8")
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-c", RUN, *map(str, paths.values())]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stderr
    return {name: _read(Path(f"{path}.json"), ran.stderr) for name, path in paths.items()}


def _read(path: Path, said: str) -> Told:
    assert path.exists(), said
    found = json.loads(path.read_text())
    findings = found["findings"]
    return Told(
        found["status"],
        found["reason"],
        tuple((each["rule"], (each["raised_at"] or each["span"])["line"]) for each in findings),
        tuple(each["message"] for each in findings),
        tuple(tuple(edit["text"] for fix in each["fixes"] for edit in fix["edits"]) for each in findings),
    )
