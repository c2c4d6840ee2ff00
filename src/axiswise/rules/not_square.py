from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, label, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

SYMMETRIC = ("cholesky", "eigh", "eigvalsh", "inverse")
"""Operations that are often meant for the products of a table with itself."""


class NotSquare(Rule):
    """An operation of square matrices is given one with other columns than rows."""

    kinds = frozenset({"square"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        rows, columns = size(conflict.left), size(conflict.right)
        is_ = f"is {rows} x {columns}" if rows is not None and columns is not None else "is not square"
        return scene.diagnosis(
            f"{scene.callee()} takes square matrices, but {scene.expression('input')} {is_}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given = shape(conflict, "input")
        if conflict.call.op in SYMMETRIC and given is not None and len(given) == 2 and min(given) > 1:
            rows, columns = given
            template = "{}.T @ {}" if rows > columns else "{} @ {}.T"
            yield from choices(scene.wrap("input", template, "take the products of its columns or rows", evidence=0.5))
        if conflict.call.op == "inverse":
            yield from choices(scene.callee_to("torch.linalg.pinv", "take the pseudo-inverse"))
        yield from choices(scene.agree())
