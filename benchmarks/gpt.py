"""What experiments and the rules of silent mistakes cost: `python -m benchmarks.gpt HOW`, once, on a GPT of 12 layers.

`forward` and `audit` run on four texts of 256 words; `check` is `axiswise.check(model)`, and `plain` is that without
the looks for what raises nothing: those over a whole run, those at each call, the values that masks are followed by.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Any, cast

from benchmarks.measuring import ROOT, Case, Taken

TEXTS, WORDS = 4, 256


def looked(how: str, model: Any, ids: Any) -> str:
    """Look at the model in one way, and return what came of it in a few words."""
    import torch

    import axiswise

    if how == "forward":
        with torch.no_grad():
            return str(tuple(model(ids).shape))
    if how == "plain":
        _deafened()
    report = axiswise.audit(model, ids, causal=True) if how == "audit" else axiswise.check(model)
    (target,) = report.targets
    return f"{target.status}, {len(report.findings)} findings"


def _deafened() -> None:
    """Take the looks for what raises nothing out of this process; those of a live model are made in its forks."""
    from axiswise import engine
    from axiswise.frontends.torch import tracer

    def nothing(*_given: object) -> tuple[()]:
        return ()

    replaced: tuple[tuple[Any, str], ...] = (
        (engine, "suspected"),
        (tracer, "candidates"),
        (tracer.values, "shadowed"),
    )
    for module, name in replaced:
        assert callable(getattr(module, name)), f"{module.__name__}.{name} has moved: nothing would be taken out"
        setattr(module, name, nothing)


def way(how: str, against: str = "") -> Case:
    """Return one way of looking at the model, as a case to be measured."""

    def run() -> Taken:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.gpt", how]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            return Taken(float("nan"), f"failed: {lines[-1] if lines else done.returncode}")
        told = json.loads(done.stdout.splitlines()[-1])
        return Taken(told["seconds"], told["said"])

    return Case(NAMES[how], run, NAMES[against] if against else "")


NAMES: dict[str, str] = {
    "forward": "the model itself, once",
    "audit": "axiswise.audit(model, ids, causal=True)",
    "plain": "axiswise.check(model), without the rules of silent mistakes",
    "check": "axiswise.check(model)",
}


def main(how: str) -> None:
    import torch

    from benchmarks.programs.gpt import GPT

    cast("Any", torch).manual_seed(0)
    model, ids = GPT().eval(), torch.randint(0, 50304, (TEXTS, WORDS))
    began, before = time.perf_counter(), _processor()
    said = looked(how, model, ids)
    seconds, processor = time.perf_counter() - began, _processor() - before
    print(json.dumps({"seconds": seconds, "said": f"{said}; {processor:.0f} s of processor time"}))


def _processor() -> float:
    """Return the seconds of processor time that this process and its children took."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, who))


if __name__ == "__main__":
    main(*sys.argv[1:])
