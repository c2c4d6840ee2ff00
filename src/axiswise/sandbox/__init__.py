"""A child process for programs that are not to be trusted: bounded, contained, and forked from a warm server."""

from __future__ import annotations

from axiswise.sandbox.delivery import deliver
from axiswise.sandbox.outcome import Job, Limits, Outcome, SandboxError
from axiswise.sandbox.sandbox import Sandbox

__all__ = ["Job", "Limits", "Outcome", "Sandbox", "SandboxError", "deliver"]
