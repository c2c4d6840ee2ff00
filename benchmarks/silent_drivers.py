"""Run one program under a peer, in the peer's own environment: `python silent_drivers.py PEER PROGRAM`; prints JSON.

Nothing of axiswise is imported here. A program defines `model`, `batch`, `target` and `optimizer`, and trains in a loop
at its end.
"""

from __future__ import annotations

import importlib
import json
import sys
import types
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LOOP = "\nfor _ in range("


def bolts(text: str) -> dict[str, Any]:
    """Ask Bolts' BatchGradientVerification, before training, as its callback does."""
    space: dict[str, Any] = {"__name__": "program"}
    exec(text.partition(LOOP)[0], space)
    verification = verification_of_bolts().BatchGradientVerification(space["model"])
    batch = space["batch"]
    try:
        apart = verification.check(input_array=batch[0] if len(batch) == 1 else batch)
    except Exception as error:  # what it raises on this batch is its answer
        return {"raised": f"{type(error).__name__}: {' '.join(str(error).split())}"}
    return {"found": [] if apart else ["mixing data across the batch dimension"]}


def verification_of_bolts() -> Any:
    """Return the module of the verification; by itself where its package does not let itself be imported."""
    name = "pl_bolts.callbacks.verification.batch_gradient"
    try:
        return importlib.import_module(name)
    except Exception:  # of a package beside it, made for other versions
        for each in [each for each in sys.modules if each.partition(".")[0] == "pl_bolts"]:
            del sys.modules[each]
    found = find_spec("pl_bolts")
    assert found is not None
    assert found.origin is not None
    for package in ("pl_bolts", "pl_bolts.callbacks"):
        module = sys.modules[package] = types.ModuleType(package)
        module.__path__ = [str(Path(found.origin).parent.joinpath(*package.split(".")[1:]))]
    importlib.import_module("pl_bolts.utils")  # first: each of the two imports the other
    return importlib.import_module(name)


def torch_audit(text: str) -> dict[str, Any]:
    """Train under torch-audit's `autopatch`, every rule at every step."""
    autopatch: Any = importlib.import_module("torch_audit").autopatch

    space: dict[str, Any] = {"__name__": "program"}
    before, loop, after = text.partition(LOOP)
    exec(before, space)
    auditor = autopatch(
        space["model"],
        optimizer=space["optimizer"],
        every_n_steps=1,
        reporters=[],
        run_static=True,
        run_init=True,
        fail_level="FATAL",
    )
    exec(loop + after, space)
    findings = auditor.finish(report=False).findings
    return {"found": sorted({f"{each.rule_id} ({each.severity.value.lower()})" for each in findings})}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    driver = {"bolts": bolts, "torch_audit": torch_audit}[sys.argv[1]]
    print(json.dumps(driver(Path(sys.argv[2]).read_text("utf-8"))))
