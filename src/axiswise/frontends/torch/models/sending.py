"""What is sent of a module that was examined: JSON values, as `axiswise.frontends.program.replay` sends them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from axiswise.frontends import program
from axiswise.frontends.torch.models.limits import limits, made_up_lengths
from axiswise.frontends.torch.models.specs import CallSpec, to_wire
from axiswise.wire import limit_to_wire
from axiswise.wire import to_wire as diagnosis_to_wire

if TYPE_CHECKING:
    from axiswise.frontends.torch.models.job import Examined


def sent(examined: Examined, status: str, reason: str | None) -> dict[str, Any]:
    """Return what is sent of a module: how far it was looked at, what was found, and what it takes."""
    steering = examined.frontend.steering
    return {
        "status": status,
        "reason": reason,
        "ops": steering.operations,
        "assumptions": [*examined.assumptions, *steering.assumptions, *examined.leniency.told()],
        "findings": [diagnosis_to_wire(each) for each in examined.findings.values()],
        "decided": [],
        "shapes": program.shapes_by_line(examined.trace),
        "sizes": {},
        "ran": program.what_ran(examined.trace),
        "modules": [],
        "environment": {},
        "seconds": time.monotonic() - examined.began,
        "is_part": status != "checked" and examined.is_built_elsewhere(),
        **_told(examined),
    }


def _told(examined: Examined) -> dict[str, Any]:
    """Return what is told of a module beside its findings."""
    found, likely, proof, plan = examined.found, examined.likely, examined.proof, examined.plan
    call = found.trial.call if found is not None else CallSpec()
    if found is not None and likely is not None and not found.trial.is_clean:
        call = likely.trial.call
    held = limits(proof, examined.sources, examined.construction) if proof is not None else ()
    is_assumed = plan is None or bool(plan.assumptions)
    return {
        "inputs": call.numbered(proof.numbers if proof is not None else {}).told(),
        "inferred": not examined.job.get("inputs"),
        "holds_for": list(proof.holds_for) if proof is not None else [],
        "limits": [limit_to_wire(each) for each in held],
        "tried_only": proof is not None and not proof.symbolic and bool(call.sizes()),
        "why_tried": proof.reason if proof is not None else "",
        "made_up": made_up_lengths(call, proof) if proof is not None else [],
        "pinned": {"arguments": _plain(plan.pinned if plan else {}), **_pinned(examined, call)},
        "is_module": plan is not None and issubclass(plan.cls, torch.nn.Module),
        "likely": "told" if likely and likely.is_told and not is_assumed else bool(likely),
    }


def _pinned(examined: Examined, call: CallSpec) -> dict[str, Any]:
    """Return what a copy with a fix in it is run with."""
    found, other = examined.found, examined.likely
    if found is None:
        return {}
    whole = {"whole": examined.plan.cls.__name__} if examined.job.get("within") and examined.plan is not None else {}
    is_free = examined.hidden is not None if other is None else not (other.is_told or other.is_shown)
    searched = {"hinted": [*found.hinted], "bound": [*found.bound]} if is_free else {}
    return {"call": to_wire(other.trial.call if other is not None else call), **searched, **whole}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be sent of the values that construction settled on."""
    return {path: value for path, value in values.items() if isinstance(value, (bool, int, float, str, type(None)))}
