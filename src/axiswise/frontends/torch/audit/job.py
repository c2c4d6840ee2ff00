"""The job of a child that was forked with a module in it: all experiments, and what they say as findings."""

from __future__ import annotations

import copy
import time
import warnings
from functools import partial
from typing import Any

import torch

from axiswise.engine import diagnoses
from axiswise.facts import Failure, Trace
from axiswise.frontends.torch.aside import aside
from axiswise.frontends.torch.audit.audited import Audited
from axiswise.frontends.torch.audit.leaves import Inputs, bound, changed, named
from axiswise.frontends.torch.audit.patching import patched
from axiswise.frontends.torch.models.live import examine, files_of
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources
from axiswise.wire import to_wire


def on_cpu(model: torch.nn.Module, batch: Any) -> tuple[torch.nn.Module, Any, str]:
    """Return a module and a batch that a forked process can run: copies on the CPU of what is elsewhere."""
    batch = changed({"": batch}, lambda _path, tensor: tensor.detach().cpu())[""]
    devices = {tensor.device.type for tensor in (*model.parameters(), *model.buffers())}
    if devices <= {"cpu", "meta"}:
        return model, batch, ""
    return copy.deepcopy(model).cpu(), batch, "a copy of it on the CPU was run"


def experiment(job: dict[str, Any]) -> dict[str, Any]:
    """Run the experiments on a module.

    Args:
        job: `model`, `batch`, whether it `is_bound` to the names of parameters, `causal`, `batch_axis`, `seed`,
            whether axis 0 is `sure` to be a batch, `moved`; `replaced`, the texts of edited files; `fixes`,
            whether to look for candidates; `seconds` that they may take.

    Returns:
        As `axiswise.frontends.torch.models.job.examine`.
    """
    return aside(partial(_experiment, job))


def abstract(job: dict[str, Any]) -> dict[str, Any]:
    """Check a module on abstract tensors, with edited files put into it: as `live.examine`, with its `inputs` given."""
    if not patched(job["model"], job["replaced"]):
        return _result("failed", "the edit cannot be tried on a module that was built already")
    return examine(job)


def _experiment(job: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    model: torch.nn.Module = job["model"]
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)  # the threads of the caller's pool are not there
    if not patched(model, job["replaced"]):
        return _result("failed", "the edit cannot be tried on a module that was built already")
    sources = Sources(job["replaced"])
    user = UserCode(sources, files_of(model))
    try:
        readings = [(job["batch"], "")] if job["is_bound"] else bound(model, job["batch"])
    except TypeError as error:
        return _result("skipped", f"`forward` does not take this batch: {error}")
    attempts: list[tuple[Audited, str, tuple[str, str | None]]] = []
    for inputs, note in readings:
        audited = Audited(model, inputs, user, sources, job, began + job["seconds"])
        attempts.append((audited, note, audited.examine()))
        if attempts[-1][2][0] != "skipped":
            break
    audited, note, (status, reason) = attempts[-1] if attempts[-1][2][0] != "skipped" else attempts[0]
    trace = Trace()
    for conflict in audited.conflicts:
        trace.add(conflict.call)
        trace.failures.append(Failure("", "", conflict.call, conflict.call.frames, (conflict,)))
    found = diagnoses(trace, sources, with_fixes=job["fixes"])
    notes = [each for each in (job["moved"], note) if each]
    return _result(
        status,
        reason,
        findings=[to_wire(each) for each in found],
        ops=audited.subject.runs,
        inputs=_shown(audited.inputs),
        assumptions=[*notes, *dict.fromkeys(audited.notes)],
    )


def _result(status: str, reason: str | None, **more: Any) -> dict[str, Any]:
    return {"status": status, "reason": reason, "findings": [], "ops": 0, "tried_only": True, "why_tried": "", **more}


def _shown(inputs: Inputs) -> dict[str, str]:
    """Return the shapes of a batch, in the grammar of annotations."""

    def word(kind: torch.dtype) -> str:
        return "Bool" if kind == torch.bool else "Float" if kind.is_floating_point else "Int"

    return {path: f"{word(each.dtype)}[{' '.join(map(str, each.shape))}]" for path, each in named(inputs).items()}
