"""Sums over named axes: einsum and tensordot.

einsum: operands `operands.0`, ..., and params["equation"]. An axis of size 1 broadcasts against the letter's other
sizes, as in torch and NumPy. tensordot: `left`, `right`, and params["dims"]: how many axes, or the two lists of axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, wrong_dtype
from axiswise.ops.contract import UNKNOWN, Contract, same

_WIDER = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")
"""Element types, each promoting those before it, as far as einsum needs it."""

Label = str | int
"""A letter, or the place of an axis in the ellipsis, counted from its end: -1, -2, ..."""


@dataclass(frozen=True, slots=True)
class Term:
    """The letters of one operand: those before its ellipsis and, where there is one, those after."""

    before: str
    after: str | None

    @property
    def letters(self) -> str:
        return self.before + (self.after or "")

    def labels(self, rank: int) -> tuple[Label, ...] | None:
        """Return one label for each axis of an operand of that rank, or None where they differ in number."""
        spare = rank - len(self.letters)
        if spare < 0 or (spare and self.after is None):
            return None
        return (*self.before, *range(-spare, 0), *(self.after or ""))


def _term(text: str) -> Term:
    before, ellipsis, after = text.partition("...")
    return Term(before, after if ellipsis else None)


def _parse(equation: str) -> tuple[list[Term], Term | None]:
    """Return the terms and, where it is written out, the result's."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    return [_term(text) for text in left.split(",")], _term(right) if arrow else None


def _labelled(call: OpCall) -> list[tuple[str, tuple[Label, ...]]] | None:
    """Return each operand's role and labels, or None where the equation does not fit the ranks."""
    terms, _ = _parse(str(call.params["equation"]))
    if len(terms) != len(call.operands):
        return None
    found: list[tuple[str, tuple[Label, ...]]] = []
    for term, (role, operand) in zip(terms, call.operands.items(), strict=True):
        labels = term.labels(operand.rank)
        if labels is None:
            return None
        found.append((role, labels))
    return found


def _uses(call: OpCall, labelled: list[tuple[str, tuple[Label, ...]]]) -> dict[Label, list[AxisUse]]:
    uses: dict[Label, list[AxisUse]] = {}
    for role, labels in labelled:
        for axis, label in enumerate(labels):
            uses.setdefault(label, []).append(axis_of(call, role, axis))
    return uses


def _result(call: OpCall, labelled: list[tuple[str, tuple[Label, ...]]]) -> tuple[Label, ...]:
    """Return the labels of the result's axes."""
    terms, result = _parse(str(call.params["equation"]))
    every = [label for _, labels in labelled for label in labels]
    ellipsis = sorted({label for label in every if isinstance(label, int)})
    if result is not None:
        return (*result.before, *(ellipsis if result.after is not None else ()), *(result.after or ""))
    written = "".join(term.letters for term in terms)
    return (*ellipsis, *sorted(letter for letter in set(written) if written.count(letter) == 1))


def _grammar(call: OpCall) -> list[Conflict]:
    """Faults of the equation itself, and letters that do not fit the axes in number."""
    terms, result = _parse(str(call.params["equation"]))
    written = [*terms, *([result] if result is not None else [])]
    wrong = [letter for term in written for letter in term.letters if not (letter.isascii() and letter.isalpha())]
    if wrong:
        return [Conflict("einsum", call, facts={"letters": tuple(wrong)})]
    if len(terms) != len(call.operands):
        facts = {"terms": len(terms), "operands": len(call.operands)}
        return [Conflict("einsum", call, facts=facts)]
    found: list[Conflict] = []
    for term, (role, operand) in zip(terms, call.operands.items(), strict=True):
        if term.labels(operand.rank) is None:
            facts = {"letters": tuple(term.letters), "ellipsis": term.after is not None}
            right = setting("equation", len(term.letters))
            found.append(Conflict("einsum", call, AxisUse(role, -1, operand.rank), right, facts))
    if result is not None:
        known = {letter for term in terms for letter in term.letters}
        strange = tuple(letter for letter in result.letters if letter not in known)
        twice = tuple(letter for letter in sorted(set(result.letters)) if result.letters.count(letter) > 1)
        if strange or twice:
            found.append(Conflict("einsum", call, facts={"unknown": strange, "twice": twice}))
    return found


def _einsum_conflicts(call: OpCall) -> list[Conflict]:
    found = _grammar(call)
    labelled = _labelled(call)
    if found or labelled is None:
        return found
    for label, uses in _uses(call, labelled).items():
        facts = {"letter": label if isinstance(label, str) else "..."}
        seen: dict[str, AxisUse] = {}
        widest: AxisUse | None = None
        for use in uses:
            first = seen.setdefault(use.operand, use)
            # A diagonal's axes are equal; across operands 1 broadcasts.
            if first.size != use.size or (widest and widest.size != use.size and 1 not in (widest.size, use.size)):
                other = first if first.size != use.size else widest
                found.append(Conflict("einsum", call, use, other, facts))
                break
            widest = use if widest is None or widest.size == 1 else widest
    return found or _einsum_dtypes(call, labelled)


def _einsum_dtypes(call: OpCall, labelled: list[tuple[str, tuple[Label, ...]]]) -> list[Conflict]:
    """Operands that are summed over together, left to right, have one element type; products alone promote."""
    first, *rest = labelled
    kept = set(_result(call, labelled))
    role, seen, dtype = first[0], _wide(call, first), call.operands[first[0]].dtype
    for position, (other, labels) in enumerate(rest):
        later = {label for _, more in rest[position + 1 :] for label in more}
        wide = _wide(call, (other, labels))
        wrong = wrong_dtype(call, other, dtype, against=role)
        if wrong and (seen & wide) - later - kept:
            return wrong
        dtype = max(dtype, call.operands[other].dtype, key=lambda name: _WIDER.index(name) if name in _WIDER else -1)
        seen |= wide
    return []


def _wide(call: OpCall, term: tuple[str, tuple[Label, ...]]) -> set[Label]:
    """Return the labels of an operand's axes that are not 1."""
    role, labels = term
    return {label for label, size in zip(labels, call.operands[role].shape, strict=True) if size != 1}


def _einsum_output(call: OpCall) -> tuple[Shape, ...] | None:
    labelled = _labelled(call)
    if labelled is None:
        return None
    uses = _uses(call, labelled)
    result = _result(call, labelled)
    if any(label not in uses for label in result):
        return None
    return (tuple(next((use.size for use in uses[label] if use.size != 1), 1) for label in result),)


def _einsum_source(call: OpCall, output: int, axis: int) -> AxisSource:
    labelled = _labelled(call)
    if labelled is None:
        return UNKNOWN
    size = call.outputs[output].shape[axis]
    label = _result(call, labelled)[axis]
    use = next((use for use in _uses(call, labelled).get(label, []) if use.size == size), None)
    return same(use.operand, use.axis) if use else UNKNOWN


def _summed(call: OpCall) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return tensordot's two lists of axes as they were asked for, counted from 0 where they exist."""
    dims: Any = call.params["dims"]
    left, right = call.operands["left"].rank, call.operands["right"].rank
    if isinstance(dims, int):
        return tuple(range(left - dims, left)), tuple(range(dims))
    ours, theirs = (((each,) if isinstance(each, int) else tuple(each)) for each in dims)
    return _counted(ours, left), _counted(theirs, right)


def _counted(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    return tuple(axis + rank if -rank <= axis < 0 else axis for axis in axes)


def _tensordot_conflicts(call: OpCall) -> list[Conflict]:
    axes = _summed(call)
    found: list[Conflict] = []
    for role, listed in zip(("left", "right"), axes, strict=True):
        rank = call.operands[role].rank
        for index, axis in enumerate(listed):
            if not 0 <= axis < rank:
                facts = {"lowest": -rank, "highest": rank - 1}
                found.append(Conflict("axis-range", call, AxisUse(role, -1, rank), setting("dims", axis, index), facts))
        if len(set(listed)) < len(listed):
            found.append(Conflict("permutation", call, AxisUse(role, -1, rank), facts={"axes": listed}))
    if len(axes[0]) != len(axes[1]):
        found.append(Conflict("permutation", call, setting("dims", len(axes[0]), 0), setting("dims", len(axes[1]), 1)))
    if found:
        return found
    for i, j in zip(*axes, strict=True):
        ours, theirs = axis_of(call, "left", i), axis_of(call, "right", j)
        if 1 not in (ours.size, theirs.size):
            found += differ("contraction", call, ours, theirs)
    return found + wrong_dtype(call, "left", call.operands["right"].dtype, against="right")


def _kept(call: OpCall) -> list[tuple[str, int]]:
    return [
        (role, axis)
        for role, summed in zip(("left", "right"), _summed(call), strict=True)
        for axis in range(call.operands[role].rank)
        if axis not in summed
    ]


def _tensordot_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (tuple(call.operands[role].shape[axis] for role, axis in _kept(call)),)


def _tensordot_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same(*_kept(call)[axis])


CONTRACTS: dict[str, Contract] = {
    "einsum": Contract(_einsum_conflicts, _einsum_output, _einsum_source),
    "tensordot": Contract(_tensordot_conflicts, _tensordot_output, _tensordot_source),
}
