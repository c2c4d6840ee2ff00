"""How later steps are hidden from scores that are written by hand."""

from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Fix
from axiswise.source.scene import Scene


def later_scores_hidden(scene: Scene) -> Iterable[Fix]:
    """Yield the fix that hides later keys (last axis) from each query (the one before it) ahead of a softmax."""
    scores = scene.expression("input").strip("`")
    if scores.isidentifier():
        future = f"{scores}.new_ones({scores}.shape[-2:]).triu(1).bool()"
        hidden = f'{{}}.masked_fill({future}, float("-inf"))'
        yield from scene.wrap("input", hidden, "mask the later steps", evidence=0.8)
