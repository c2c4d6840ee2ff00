"""Lengths that Python counts: a loop over one goes another way for each number of steps, and so on without end."""

from __future__ import annotations

from collections.abc import Iterable

from axiswise.frontends.torch.models.guards import Relation, is_numbered

MANY = 3
"""Numbers of one kind, each met in a region of its own, that tell of a loop."""


def counted(relations: Iterable[Relation]) -> Relation | None:
    """Return a relation by which Python counts something (`time // 2 == 4`, `int(0.5 * rows * columns)`), or None.

    Args:
        relations: What torch relied on in every region that was met.
    """
    alike: dict[str, list[Relation]] = {}
    for relation in dict.fromkeys(relations):
        if is_numbered(relation):
            alike.setdefault(relation.text.rpartition(" == ")[0], []).append(relation)
    return next((each[0] for each in alike.values() if len(each) >= MANY), None)
