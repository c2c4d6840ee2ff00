"""What rules say of an experiment: which element was changed, which moved, by how much, and how to see it again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from axiswise.diagnosis import Diagnosis, Note
from axiswise.facts import Conflict
from axiswise.source.scene import Scene


@dataclass(frozen=True, slots=True)
class Evidence:
    """An experiment in words.

    Attributes:
        moves: What a change did, for the message.
        exchanged: The same of another order of the batch.
        label: For beside the caret.
        notes: What repeats it, and where it begins.
        module: The submodule where it begins.
    """

    moves: str
    exchanged: str
    label: str
    notes: tuple[str, ...]
    module: str


def evidence(conflict: Conflict) -> Evidence:
    """Return what an experiment showed, in words; any part of it may be missing."""
    facts = conflict.facts
    changed, moved = str(facts.get("changed", "the input")), str(facts.get("moved", "the output"))
    amount, before, after = (_number(facts.get(name)) for name in ("amount", "before", "after"))
    by = f" by {amount}" if amount else ""
    notes: list[str] = []
    if before and after:
        own = _number(facts.get("own"))
        its_own = f"; what may move moves by {own}" if own and own != "0" else ""
        notes.append(f"`{moved}` was {before} and becomes {after}{its_own}; seed {facts.get('seed', 0)} repeats it")
    module, kind = str(facts.get("module", "")), str(facts.get("class", ""))
    if kind:
        notes.append(f"it begins in `{module}` ({kind})" if module else f"it begins in {kind} itself")
    return Evidence(
        f"{'cutting off' if facts.get('cut') else 'changing'} `{changed}` moves `{moved}`{by}",
        f"with {changed}, `{moved}` moves{by}",
        f"moves `{moved}`{by}" if amount else "",
        tuple(notes),
        module,
    )


def told(scene: Scene, message: str, said: Evidence, *more: str) -> Diagnosis:
    """Return the diagnosis of an experiment: what moved, what repeats it and, behind that, more notes."""
    found = scene.diagnosis(message, said.label)
    notes = (*found.notes, *(Note(text) for text in (*said.notes, *more)))
    return replace(found, severity="warning", silent=True, notes=notes, module=said.module)


def subject_of(scene: Scene) -> str:
    """Return what does it: the layer or function that the line calls, or the model."""
    called = scene.callee()
    return called if scene.call.layer is not None or scene.call.op != "module" else f"`{scene.call.spelled}`"


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
