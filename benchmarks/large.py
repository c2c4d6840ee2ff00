"""Models that fit no machine, and what it costs to look at them: `python -m benchmarks.large HOW SIZE [DEPTH]`, once.

Each way runs in a process of its own, after the model was built on the meta device; its time is that of the way alone,
its memory the peak of the whole process and of its children, torch included.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measuring import ROOT, Case, Taken

TIME = 128


def built(size: str, depth: int | None = None) -> Any:
    """Return a model of a size on the meta device."""
    import torch

    from benchmarks.programs.llama import SIZES, Llama

    numbers = SIZES[size] | ({"depth": depth} if depth else {})
    with torch.device("meta"):
        return Llama(**numbers)


def looked(how: str, model: Any) -> str:
    """Look at a model in one way, and return what came of it in a few words."""
    import torch

    ids = torch.zeros((2, TIME), dtype=torch.int64, device="meta")
    if how == "meta":
        with torch.no_grad():
            return str(tuple(model(ids).shape))
    if how == "axiswise":
        import axiswise

        report = axiswise.check(model)
        (target,) = report.targets
        return f"{target.status}, {len(report.findings)} findings, holds for {', '.join(target.holds_for)}"
    if how == "export":
        sizes = {0: torch.export.Dim("batch", min=2), 1: torch.export.Dim("time", min=2, max=4096)}
        torch.export.export(model, (ids,), dynamic_shapes=(sizes,), strict=False)
        return "exported"
    if how == "torchinfo":
        from torchinfo import summary

        return f"{summary(model, input_data=ids, device='meta', verbose=0).total_params:,} parameters"
    raise ValueError(how)


def way(how: str, size: str, depth: int | None = None, against: str = "") -> Case:
    """Return one way of looking at one model, as a case to be measured."""
    command = [sys.executable, "-m", "benchmarks.large", how, size, *([str(depth)] if depth else [])]

    def run() -> Taken:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            return Taken(float("nan"), f"failed: {lines[-1] if lines else done.returncode}")
        told = json.loads(done.stdout.splitlines()[-1])
        return Taken(told["seconds"], f"{told['said']}; {told['megabytes']} MB")

    name = f"{how}, {size}" + (f", {depth} layers" if depth else "")
    return Case(name, _present(how, run), against)


def _present(how: str, run: Callable[[], Taken]) -> Callable[[], Taken] | None:
    import importlib.util

    return None if how == "torchinfo" and importlib.util.find_spec("torchinfo") is None else run


def main(how: str, size: str, depth: str = "") -> None:
    model = built(size, int(depth) if depth else None)
    began = time.perf_counter()
    said = looked(how, model)
    seconds = time.perf_counter() - began
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    megabytes = max(resource.getrusage(each).ru_maxrss for each in who) // 1024
    print(json.dumps({"seconds": seconds, "said": said, "megabytes": megabytes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
