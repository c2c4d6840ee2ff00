"""Which values whole-number tensors hold, as far as sizes decide it: `torch.arange(time)` asks a table for `time` rows.

torch guards no such thing, since it looks at shapes. Here the smallest and the largest value go along with a tensor, as
numbers or symbols, and where it is looked up in a table, "large enough" is a claim on the sizes.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.frontends.torch.calls import INTEGER_TYPES
from axiswise.frontends.torch.tensors import edges_of, fact_of, tensors_in
from axiswise.frontends.torch.values import bounds_of

_ATTRIBUTE = "_axiswise_reach"

Reach = tuple[Any, Any]
"""The smallest and the largest value, whole numbers or symbols."""

_KEPT = frozenset(
    "view reshape expand expand_as repeat repeat_interleave unsqueeze squeeze flatten unflatten ravel contiguous clone "
    "detach long int to type type_as transpose permute t movedim swapaxes flip roll tile broadcast_to sort unique "
    "gather index_select narrow select unbind split chunk view_as cpu cuda __get__".split()
)
"""Functions whose result holds values of their first operand only."""

_UNARY = {"abs": "abs", "neg": "neg", "__neg__": "neg", "negative": "neg"}
_BINARY = {
    "add": "add", "__add__": "add", "__radd__": "add", "__iadd__": "add", "add_": "add",
    "sub": "sub", "__sub__": "sub", "__isub__": "sub", "sub_": "sub", "rsub": "rsub", "__rsub__": "rsub",
    "mul": "mul", "__mul__": "mul", "__rmul__": "mul", "__imul__": "mul", "mul_": "mul",
}  # fmt: skip
_LOOKUPS = ("embedding", "__getitem__", "index_select", "gather", "take_along_dim")


class Reaches:
    """Follows values through one run.

    Attributes:
        claims: What lookups ask of the sizes, as expressions of sympy.
    """

    def __init__(self) -> None:
        self.claims: list[Any] = []

    def follow(self, word: str, args: Any, kwargs: dict[str, Any], result: Any) -> None:
        """Note what one call that was run asks for and makes."""
        if word in _LOOKUPS:
            self._look_up(word, args, kwargs)
        if isinstance(result, (torch.Tensor, tuple, list)):
            found = _made(word, args, kwargs)
            for tensor in tensors_in(result) if found is not None else ():
                if tensor.dtype in INTEGER_TYPES:
                    vars(tensor)[_ATTRIBUTE] = found

    def _look_up(self, word: str, args: Any, kwargs: dict[str, Any]) -> None:
        if word == "embedding":
            given = {**dict(zip(("input", "weight"), args, strict=False)), **kwargs}
            self._claim(given["input"], given["weight"].shape[0], wraps=False)
        elif word == "__getitem__":
            for axis, index in _indexed(args[0], args[1]):
                self._claim(index, args[0].shape[axis], wraps=True)
        elif len(args) == 3 and isinstance(args[1], int) and isinstance(args[2], torch.Tensor):
            self._claim(args[2], args[0].shape[args[1]], wraps=False)

    def _claim(self, index: torch.Tensor, rows: Any, *, wraps: bool) -> None:
        reach = _reach(index)
        if reach is None:
            return
        for claim in (reach[1] + 1 <= rows, reach[0] >= (-rows if wraps else 0)):
            if isinstance(claim, torch.SymBool):
                self.claims.append(cast("Any", claim).node.expr)


def _reach(value: Any) -> Reach | None:
    """Return between which values a tensor or a number lies, or None where that is not known."""
    if isinstance(value, (int, torch.SymInt)) and not isinstance(value, bool):
        return value, value
    if not isinstance(value, torch.Tensor):
        return None
    if value.dtype == torch.bool:
        return 0, 1
    return vars(value).get(_ATTRIBUTE) or (bounds_of(value) if value.dtype in INTEGER_TYPES else None)


def _indexed(table: torch.Tensor, index: Any) -> list[tuple[int, torch.Tensor]]:
    """Return the axes that tensors of whole numbers index, with the tensors."""
    parts = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    axis, found = 0, list[tuple[int, torch.Tensor]]()
    for part in parts:
        if part is Ellipsis:
            axis += table.dim() - taken
        elif part is not None:
            if isinstance(part, torch.Tensor) and part.dtype in INTEGER_TYPES:
                found.append((axis, part))
            axis += part.dim() if isinstance(part, torch.Tensor) and part.dtype == torch.bool else 1
    return found


def _made(word: str, args: Any, kwargs: dict[str, Any]) -> Reach | None:
    if word == "arange":
        return _arange(args, kwargs)
    if word in _BINARY and len(args) > 1 and not kwargs:
        return _combined(_BINARY[word], _reach(args[0]), _reach(args[1]))
    first = _reach(args[0]) if args and isinstance(args[0], torch.Tensor) else None
    if word == "__getitem__":
        return _cut(args[0], args[1]) or first
    if word in _KEPT:
        return first
    if word == "where" and len(args) == 3:
        return _joined([_reach(args[1]), _reach(args[2])])
    if word in ("cat", "stack", "concat"):
        return _joined([_reach(tensor) for tensor in args[0]])
    if first is None:
        return None
    if word in _UNARY:
        lowest = -first[1]
        return (lowest, -first[0]) if _UNARY[word] == "neg" else (0, _most(first[1], -first[0]))
    if word == "cumsum":
        dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
        return (first[0], first[1] * args[0].shape[dim]) if isinstance(first[0], int) and first[0] >= 0 else None
    return _clamped(word, first, args, kwargs)


def _arange(args: Any, kwargs: dict[str, Any]) -> Reach | None:
    given: dict[str, Any] = {**dict(zip(("start", "end", "step") if len(args) > 1 else ("end",), args, strict=False))}
    given |= {key: value for key, value in kwargs.items() if key in ("start", "end", "step")}
    start: Any = given.get("start", 0)
    end: Any = given.get("end")
    step: Any = given.get("step", 1)
    if not all(isinstance(value, (int, torch.SymInt)) for value in (start, end, step)) or not isinstance(step, int):
        return None
    return (start, end - 1) if step > 0 else (end + 1, start)


def _combined(how: str, left: Reach | None, right: Reach | None) -> Reach | None:
    if left is None or right is None:
        return None
    if how == "add":
        return left[0] + right[0], left[1] + right[1]
    if how == "sub":
        return left[0] - right[1], left[1] - right[0]
    if how == "rsub":
        return right[0] - left[1], right[1] - left[0]
    lowest = (left[0], right[0])
    if all(isinstance(value, int) and value >= 0 for value in lowest):
        return lowest[0] * lowest[1], left[1] * right[1]
    return None


def _joined(reaches: list[Reach | None]) -> Reach | None:
    known = [reach for reach in reaches if reach is not None]
    if len(known) < len(reaches) or not known:
        return None
    lowest, highest = known[0]
    for low, high in known[1:]:
        lowest, highest = -_most(-lowest, -low), _most(highest, high)
    return lowest, highest


def _most(left: Any, right: Any) -> Any:
    return cast("Any", torch).sym_max(left, right)


def _clamped(word: str, first: Reach, args: Any, kwargs: dict[str, Any]) -> Reach | None:
    names = {"clamp": ("min", "max"), "clip": ("min", "max"), "clamp_min": ("min",), "clamp_max": ("max",)}
    if word.rstrip("_") not in names:
        return None
    given = {**dict(zip(names[word.rstrip("_")], args[1:], strict=False)), **kwargs}
    lowest, highest = first
    for bound in (given.get("min"), given.get("max")):
        if bound is not None and not isinstance(bound, (int, torch.SymInt)):
            return None
    if given.get("min") is not None:
        lowest, highest = _most(lowest, given["min"]), _most(highest, given["min"])
    if given.get("max") is not None:
        lowest, highest = -_most(-lowest, -given["max"]), -_most(-highest, -given["max"])
    return lowest, highest


def _cut(table: Any, index: Any) -> Reach | None:
    """Return the values of `positions[:, :time]`, where those of `positions` are known and count along that axis."""
    value = fact_of(table).value if isinstance(table, torch.Tensor) else None
    parts = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
    if value is None or value.dtype not in INTEGER_TYPES or any(not isinstance(part, slice) for part in parts):
        return None
    for axis, part in enumerate(parts):
        start, stop, step = edges_of(part)
        if any(isinstance(edge, torch.SymInt) for edge in (start, stop)) and step in (None, 1):
            begin = _counts_from(value, axis)
            if begin is None:
                return None
            last: Any = value.shape[axis] if stop is None else stop
            return begin + (start or 0 if not isinstance(start, torch.SymInt) else start), begin + last - 1
    return None


def _counts_from(value: torch.Tensor, axis: int) -> int | None:
    """Return where values that count upwards along an axis begin, or None where they do not."""
    with unset_fake_temporarily():
        row = value.movedim(axis, -1)
        if not row.numel():
            return None
        begin = int(row.flatten()[0])
        return begin if bool((row == torch.arange(begin, begin + row.shape[-1])).all()) else None
