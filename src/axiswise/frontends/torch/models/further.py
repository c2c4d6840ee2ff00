"""Which of two runs came further, or past what failed in the other."""

from __future__ import annotations

from axiswise.frontends.torch.models.trials import Trial


def progress(trial: Trial) -> tuple[bool, int, int]:
    """Return how far a run came: clean ones before failed ones, and those with fewer failures first."""
    return trial.is_clean, trial.reach, -len(trial.failures)


def gets_past(trial: Trial, other: Trial) -> bool:
    """Return whether another run fails in the same place, but for another reason."""
    is_told = bool(other.failures) or len(other.call.arguments) > len(trial.call.arguments)
    return other.reach == trial.reach and is_told and _reason(other) != _reason(trial)


def _reason(trial: Trial) -> object:
    """Return what failed first, apart from its sizes."""
    for failure in trial.failures[:1]:
        for conflict in failure.conflicts[:1]:
            sides = [
                (side.operand, side.axis, side.param, side.index) for side in (conflict.left, conflict.right) if side
            ]
            return conflict.kind, sides
    return trial.ended
