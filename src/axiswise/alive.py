"""Check a model that is alive in the caller's process: in a fork of it, so that nothing of it or of torch changes."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from typing import Any

from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.runs import outcome_of, relative, target_of
from axiswise.sandbox import Limits
from axiswise.sandbox.inherited import run_inherited

EXAMINE = "axiswise.frontends.torch.models.live:examine"
LOADED = "axiswise.frontends.torch.frontend"


def check_live(model: Any, inputs: Mapping[str, str], options: Options) -> Report:
    """Check a module as it stands, and return a report on it.

    Its fixes stay unverified: a module that was built already is not built anew from an edited source.

    Args:
        model: A `torch.nn.Module`, with real parameters, fake ones or ones on the meta device.
        inputs: Arguments of `forward` in jaxtyping's grammar (`Float[batch time 512]`), where they are not inferred.
        options: As for `check`.

    Raises:
        SandboxError: This system cannot fork.
    """
    began = time.monotonic()
    given = [*options.inputs, *(f"{name}: {text}" for name, text in inputs.items())]
    importlib.import_module(LOADED).load()  # here, once, and not in each fork
    payload = {"model": model, "inputs": given, "named": True, "seconds": 1.4 * options.time_budget}
    outcome = outcome_of(run_inherited(EXAMINE, payload, Limits(seconds=options.time_budget)))
    entry = target_of(type(model).__name__, outcome, time.monotonic() - began)
    found = (each.with_fixes(each.fixes[:1]) for each in outcome.findings if options.wants(each.rule))
    return Report((entry,), tuple(map(relative, found)))
