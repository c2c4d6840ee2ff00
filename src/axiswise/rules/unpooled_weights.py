from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

POOLINGS = (
    ("{}.mean(1)", "take the mean over the tokens", 0.1),
    ("{}[:, 0]", "take the first token", 0.05),
    ("{}.amax(1)", "take the maximum over the tokens", 0.0),
)


class UnpooledWeights(Rule):
    """A stored table has an axis that was to be pooled away before it was stored."""

    kinds = frozenset({"weights", "rank"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        role = _table(conflict)
        stored, built = shape(conflict, role), shape(conflict, "parameter")
        if stored is None or len(stored) != 3:
            return None
        if conflict.kind == "weights" and built != (stored[0], stored[2]):
            return None
        if conflict.kind == "rank" and conflict.call.op not in (
            "embedding",
            "embedding_from_pretrained",
            "from_pretrained",
        ):
            return None
        name = conflict.facts.get("name")
        what = f"`{name}`" if isinstance(name, str) and name else scene.expression(role)
        return scene.diagnosis(
            f"{what} is {stored}: {stored[1]} vectors for each of {stored[0]} entries, "
            f"where a table is ({stored[0]}, {stored[2]})"
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        made = next(iter(scene.producers("stored")), None)
        for template, title, evidence in POOLINGS:
            if conflict.call.spelled.startswith("keras."):
                template = template.replace(".amax(", ".max(")
            if conflict.kind == "weights" and made is not None:  # what is loaded is a table of tables
                yield from choices(made.wrap_call(template, title, evidence=evidence))
            else:
                yield from scene.wrap(_table(conflict), template, title, choice=True, evidence=evidence)


def _table(conflict: Conflict) -> str:
    return next(
        (role for role in ("stored", "embeddings", "weight", "input") if role in conflict.call.operands), "input"
    )
