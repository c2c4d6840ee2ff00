"""Which axes of an operand a call sums, or picks from: those that its results are used over."""

from __future__ import annotations

from collections.abc import Mapping

from axiswise.facts import OpCall, Trace, is_series
from axiswise.ops.axes import numbers, position

MATRIX_PRODUCTS = frozenset({"matmul", "bmm", "mm", "baddbmm"})
PRODUCTS = MATRIX_PRODUCTS | {"einsum"}
SUMS = frozenset({"sum", "mean", "logsumexp", "nansum", "nanmean"})
PICKS = frozenset({"argmax", "argmin", "topk"})


def reduced(call: OpCall, role: str) -> tuple[int, ...]:
    """Return the axes of an operand that a call sums or picks over; empty where it does neither, or names none."""
    operand = call.operands[role]
    if call.op in MATRIX_PRODUCTS and role in ("left", "right") and operand.rank > 1:
        return (operand.rank - (1 if role == "left" else 2),)
    if call.op == "einsum" and call.outputs:
        return _unwritten(call, role)
    if call.op in SUMS | PICKS | {"gather"} and role == "input":
        return tuple(position(axis, operand.rank) for axis in numbers(call.params.get("dim")))
    return ()


def chosen(trace: Trace, call: OpCall) -> tuple[int, ...]:
    """Return the axis of which a call picks one element for each place along another: `x[arange, y]`, `gather`."""
    data, index = call.operands.get("input"), call.operands.get("index")
    if call.op == "gather" and index is not None and data is not None:
        axes = tuple(position(axis, data.rank) for axis in numbers(call.params.get("dim")))
        is_whole = len(axes) == 1 and index.rank == data.rank  # a call that failed may have an index of other axes
        return axes if is_whole and index.shape[axes[0]] == 1 else ()
    parts = call.params.get("index") if call.op == "index" else None
    if data is None or data.rank != 2 or not is_series(parts) or list(parts) != ["index.0", "index.1"]:
        return ()
    rows, picks = call.operands["index.0"], call.operands["index.1"]
    counted = [found is not None and found[0].op == "arange" for found in map(trace.producer, (rows.id, picks.id))]
    is_each = counted == [True, False] and rows.shape == picks.shape == data.shape[:1]  # not the diagonal
    return (1,) if is_each and picks.dtype.startswith("int") else ()


def side_by_side(call: OpCall, role: str) -> tuple[int, ...]:
    """Return the axes of an operand of a product that are its batches: the other operand and the result have them."""
    rank = call.operands[role].rank
    if call.op in MATRIX_PRODUCTS and role in ("left", "right"):
        return tuple(range(rank - 2))
    if call.op == "einsum":
        terms, written = _terms(call)
        others = "".join(term for name, term in terms.items() if name != role)
        return tuple(axis for axis, letter in _letters(terms, role, rank) if letter in written and letter in others)
    return ()


def _terms(call: OpCall) -> tuple[dict[str, str], str]:
    """Return the letters of each operand of einsum, and those of its result."""
    left, arrow, right = str(call.params.get("equation", "")).replace(" ", "").partition("->")
    terms = dict(zip(call.operands, left.split(","), strict=False))
    return terms, right if arrow else "".join(letter for letter in set(left) if left.count(letter) == 1)


def _letters(terms: Mapping[str, str], role: str, rank: int) -> list[tuple[int, str]]:
    before, _, after = terms.get(role, "").partition("...")
    return [*enumerate(before), *((rank - len(after) + place, letter) for place, letter in enumerate(after))]


def _unwritten(call: OpCall, role: str) -> tuple[int, ...]:
    """Return the axes of an operand of einsum that are summed with another operand's: the result has no such letter."""
    terms, written = _terms(call)
    others = "".join(term for name, term in terms.items() if name != role)
    letters = _letters(terms, role, call.operands[role].rank)
    return tuple(axis for axis, letter in letters if letter not in written and letter in others)
