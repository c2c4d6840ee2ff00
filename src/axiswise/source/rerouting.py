"""Edits of the operations that an axis passed through: another `dim`, a transpose taken out, a later flatten.

Where a size is right and only stands at the wrong axis, the mistake is at one of the calls on the way. Each candidate
is one small edit of one of them; replay decides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from math import prod

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import Conflict, OpCall, Trace, is_series
from axiswise.origin import Span
from axiswise.source.ancestry import makers
from axiswise.source.callsite import CallSite
from axiswise.source.repatterning import repatterned
from axiswise.source.slicing import resliced
from axiswise.source.text import Sources

FURTHEST = 24
"""Calls back from the conflict that are looked at, for each side."""

EVIDENCE = 0.9
"""A call on the way that happens to make two numbers equal which were written apart is hardly a coincidence."""

REPATTERNED, UNDONE, NEXT = 0.15, 0.2, 0.05
"""How much later another pattern is tried, how much earlier what takes a call out, how much later each further edit."""

STEP = 0.02
"""How much less a call that lies further back is suspected."""

CREATORS = frozenset("zeros ones empty full rand randn randint".split())

TAKEN_OUT = frozenset(
    "transpose t adjoint swapaxes swapdims movedim moveaxis rollaxis permute permute_dims matrix_transpose "
    "squeeze unsqueeze expand_dims".split()
)
"""Names of functions that exchange axes, or take one of 1 in or out."""

ALONG_ONE = frozenset(
    "cat stack sum mean max min amax amin argmax argmin any all prod std var norm topk unsqueeze "
    "chunk split select".split()
)
"""Operations along one axis that the call names."""

RANKED = frozenset({"rank", "unpack", "broadcast", "target", "target-rank", "join", "stack"})
"""Conflicts that an axis of 1 more, given where a tensor is made, may mend."""


def reroutes(sources: Sources, trace: Trace, call: OpCall, role: str, conflict: Conflict) -> Iterator[Fix]:
    """Yield edits of the calls that made one operand, for a conflict in which it stands, the likeliest slips first."""
    other = next((use for use in (conflict.left, conflict.right) if use is not None and use.operand != role), None)
    wanted = other.size if other is not None else -1
    given = next((use.size for use in (conflict.left, conflict.right) if use is not None and use.operand == role), -1)
    found: list[tuple[float, Fix]] = []
    for steps, maker in makers(trace, call, role, FURTHEST):
        site = CallSite.at(sources, maker.frames[-1] if maker.frames else None)
        own = site if maker.layer is None else None
        ways = (
            (0.0, _gathered(sources, maker, conflict.kind, wanted)),
            (REPATTERNED, repatterned(sources, maker)),
            (-UNDONE, _undone(own, maker) if own is not None else ()),
            (0.0, resliced(own, maker, given, wanted) if own is not None else ()),
            (0.0, _edits(own, maker, conflict.kind, given, wanted) if own is not None else ()),
        )
        for later, fixes in ways:
            for place, fix in enumerate(fixes):
                turn = fix.evidence - 2 * STEP * steps - later - NEXT * place
                found.append((turn, replace(fix, evidence=fix.evidence - STEP * steps)))
    yield from (fix for _, fix in sorted(found, key=lambda pair: -pair[0]))


def taken_out(sources: Sources, trace: Trace, call: OpCall, role: str) -> Iterator[Fix]:
    """Yield only the edits that take an axis of 1 in or out no more on the way of an operand."""
    for steps, maker in makers(trace, call, role, FURTHEST):
        site = CallSite.at(sources, maker.frames[-1] if maker.frames else None)
        if site is not None and maker.layer is None and maker.op in ("squeeze", "unsqueeze"):
            for fix in _taken_out(site, maker):
                yield replace(fix, evidence=fix.evidence - STEP * steps)


def _undone(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Take a call out that moves axes, puts one in, or leaves one example of them."""
    if call.op in ("transpose", "matrix-transpose", "permute", "reverse-axes", "squeeze", "unsqueeze"):
        yield from _taken_out(site, call)
    taken = _indexed(site, call)
    if taken is not None:
        edit = Edit(site.source.span(taken), site.source.text_of(taken.value))
        yield Fix("take the index out", (edit,), EVIDENCE)


def _indexed(site: CallSite, call: OpCall) -> ast.Subscript | None:
    """Return the expression that takes one place of an axis by a written number, or None where a call does not."""
    taken = site.node if call.op == "index" and isinstance(site.node, ast.Subscript) else None
    return taken if taken is not None and _number(taken.slice) is not None else None


def _edits(site: CallSite, call: OpCall, kind: str, given: int, wanted: int) -> Iterator[Fix]:
    if call.op in ALONG_ONE:
        yield from _other_dims(site, call, wanted)
    if call.op in ("matmul", "mm", "bmm"):
        yield from _exchanged(site, call)
    if call.op in ("repeat", "tile"):
        yield from _axis_before(site, call)
    if call.op in ("sum", "mean", "amax"):
        yield from _more_dims(site, call)
    if call.op in CREATORS and kind in RANKED:
        yield from _another_axis(site, call)
        yield from _moved(site)
    if call.op == "from-array" and kind == "channels" and len(call.params.get("shape", ())) == 3:
        edit = Edit(site.source.span(site.node), f"{site.source.text_of(site.node)}.permute(2, 0, 1)")
        yield Fix("put the channels first where it comes from numpy", (edit,), EVIDENCE)
    taken = _indexed(site, call)
    if taken is not None and len(call.operands["input"].shape) > 2:
        text = f":, {site.source.text_of(taken.slice)}"
        yield Fix("index the second axis", (Edit(site.source.span(taken.slice), text),), EVIDENCE + 0.1)
    if call.op == "from-array" and kind in RANKED and isinstance(site.node, ast.expr):
        span, rank = site.source.span(site.node), len(call.params.get("shape", ()))
        for axis in range(rank + 1):
            edit = Edit(span, f"{site.text(site.node)}.unsqueeze({axis})")
            yield Fix(f"add axis {axis} where it comes from numpy", (edit,), EVIDENCE - 0.3)
    if call.op == "transpose":
        yield from _other_pairs(site, call)
    if call.op == "permute":
        yield from _reordered(site, call, given, wanted)
    if call.op in ("reshape", "view"):
        yield from _grouped_elsewhere(site, call)
    if call.op == "flatten":
        yield from _begun_elsewhere(site, call)


def _number(node: ast.expr) -> int | None:
    """Return a whole number that is written as one, with its sign; None for anything else."""
    sign = -1 if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else 1
    bare = node.operand if isinstance(node, ast.UnaryOp) and sign < 0 else node
    value = bare.value if isinstance(bare, ast.Constant) else None
    return sign * value if isinstance(value, int) and not isinstance(value, bool) else None


def _gathered(sources: Sources, call: OpCall, kind: str, wanted: int) -> Iterator[Fix]:
    """Pool or join axes of what a layer of features is given, where that leaves what it takes: a map, or heads."""
    shape = call.outputs[0].shape if call.outputs else ()
    if kind not in ("contraction", "features") or len(shape) < 3:
        return
    ways = {"join the last two axes": (prod(shape[-2:]), ".flatten(-2)")}
    if len(shape) == 4:
        ways["mean over the height and the width"] = (shape[1], ".mean(dim=(2, 3))")
        ways["flatten all but the batch"] = (prod(shape[1:]), ".flatten(1)")
    for title, (size, text) in ways.items():
        for frame in reversed(call.frames[-2:]) if size == wanted else ():
            site = CallSite.at(sources, frame)
            if site is not None and isinstance(site.node, ast.expr):
                edit = Edit(site.source.span(site.node), f"{site.text(site.node)}{text}")
                yield Fix(title, (edit,), EVIDENCE - (0.3 if ".mean" in text else 0.1))


def _exchanged(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Exchange the operands of a product that can be taken the other way round, with another result."""
    left, right = (call.operands.get(role) for role in ("left", "right"))
    if left is None or right is None or min(left.rank, right.rank) < 2 or left.shape[-2] != right.shape[-1]:
        return
    first, second = site.operand(call, "left"), site.operand(call, "right")
    if first is not None and second is not None:
        source = site.source
        edits = (Edit(source.span(first), source.text_of(second)), Edit(source.span(second), source.text_of(first)))
        yield Fix("exchange the operands of the product", edits, EVIDENCE)


def _other_dims(site: CallSite, call: OpCall, wanted: int) -> Iterator[Fix]:
    """Name another axis, where the call names one."""
    dim = call.params.get("dim", 0 if call.op in ("cat", "stack", "chunk", "split") else None)
    if not isinstance(dim, int):
        return
    first = next(iter(call.operands.values()), None)
    rank = (first.rank if first else 0) + (call.op in ("stack", "unsqueeze"))
    shapes = [ref.shape for ref in call.operands.values()]
    for other in range(rank):
        if other == dim % max(rank, 1) or (call.op == "cat" and not _joins(shapes, other)):
            continue
        edit = _argument_edit(site, call, "dim", 2 if call.op == "topk" else 1, str(other))
        if edit is not None:
            # Parts that add up to just the size that is asked for were meant to be joined there.
            adds_up = call.op == "cat" and sum(shape[other] for shape in shapes) == wanted
            yield Fix(f"{call.op} along axis {other}", (edit,), EVIDENCE + (0.8 if adds_up else 0.0))


def _more_dims(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Reduce all axes from the second or third on, where one is named: the height and the width."""
    ref, dim = call.operands.get("input"), call.params.get("dim")
    if ref is None or ref.rank < 3 or dim is None:
        return
    for first in range(ref.rank - 2, 0, -1):
        dims = tuple(range(first, ref.rank))
        edit = _argument_edit(site, call, "dim", 1, str(dims))
        if edit is not None:
            yield Fix(f"{call.op} over axes {', '.join(map(str, dims))}", (edit,), EVIDENCE)


def _another_axis(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Give a new tensor one axis of 1 more at its end, or take one away."""
    node = site.call
    listed = next((each for each in node.args if isinstance(each, (ast.Tuple, ast.List))), None) if node else None
    if listed is None or not listed.elts or any(isinstance(each, ast.Starred) for each in listed.elts):
        return
    texts = [site.source.text_of(each) for each in listed.elts]
    span = site.source.span(listed)
    yield Fix("give it an axis of 1 where it is made", (Edit(span, f"({', '.join([*texts, '1'])})"),), EVIDENCE)
    if len(texts) > 1 and texts[-1] == "1":
        left = ", ".join(texts[:-1]) + ("," if len(texts) == 2 else "")
        yield Fix("make it without its axis of 1", (Edit(span, f"({left})"),), EVIDENCE)


def _moved(site: CallSite) -> Iterator[Fix]:
    """Give a new tensor its one size at another axis: `ones(1, 1, dim, 1)` as `ones(1, dim, 1, 1)`."""
    node = site.call
    listed = next((each.elts for each in node.args if isinstance(each, (ast.Tuple, ast.List))), None) if node else None
    given = listed or (node.args if node else [])
    texts = [site.source.text_of(each) for each in given]
    wide = [axis for axis, text in enumerate(texts) if text != "1"]
    if len(wide) != 1 or len(texts) < 3:
        return
    for axis in range(len(texts)):
        if axis != wide[0]:
            span, other = site.source.span(given[wide[0]]), site.source.span(given[axis])
            edits = (Edit(span, "1"), Edit(other, texts[wide[0]]))
            yield Fix(f"make it with its size at axis {axis}", edits, EVIDENCE)


def _joins(shapes: list[tuple[int, ...]], dim: int) -> bool:
    return len({(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}) == 1


def _argument_edit(site: CallSite, call: OpCall, name: str, position: int, text: str) -> Edit | None:
    node = site.argument(name, position - site.is_method(call))
    if node is None:
        node = site.argument("axis", None)
    if node is not None:
        return Edit(site.source.span(node), text) if site.source.text_of(node) != text else None
    place = site.inserted_argument(f"{name}={text}")
    return Edit(*place) if place is not None else None


def _taken_out(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Leave the operand in the place of the call, where it is written there and not within what is called there."""
    if isinstance(site.node, ast.Call) and site.callee().rpartition(".")[2] not in TAKEN_OUT:
        return
    node = site.operand(call, "input")
    if node is None and isinstance(site.node, ast.Attribute):
        node = site.node.value
    if node is not None and isinstance(site.node, ast.expr):
        edit = Edit(site.source.span(site.node), site.text(node))
        rank = next(iter(call.operands.values())).rank
        odd = 0.1 if call.op == "squeeze" or (call.op == "unsqueeze" and rank > 2) else 0.0
        word = site.callee().rpartition(".")[2] if "-" in call.op else call.op  # `.T` is said as it is written
        yield Fix(f"take the {word} out", (edit,), EVIDENCE + odd)


def _axis_before(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Add an axis of 1 for the further factor that a tensor is repeated by: `h.repeat(1, steps, 1)` of two axes."""
    ref, node = next(iter(call.operands.values()), None), site.operand(call, "input")
    factors = call.params.get("repeats", call.params.get("dims", ()))
    if ref is None or node is None or not is_series(factors) or len(factors) != ref.rank + 1:
        return
    for axis in range(1, ref.rank + 1):
        edit = Edit(site.source.span(node), f"{site.text(node)}.unsqueeze({axis})")
        yield Fix(f"add axis {axis} before it is repeated", (edit,), EVIDENCE)


def _other_pairs(site: CallSite, call: OpCall) -> Iterator[Fix]:
    ref = call.operands.get("input")
    node = site.call
    if ref is None or node is None or ref.rank < 3 or len(node.args) < 2:
        return
    now = {call.params["dim0"] % ref.rank, call.params["dim1"] % ref.rank}
    first, second = node.args[-2:]
    # Neighbours are exchanged more often than others, and the last two most often.
    for one, two in sorted(combinations(range(ref.rank), 2), key=lambda pair: (pair[1] - pair[0], -pair[0])):
        if {one, two} != now:
            edits = (Edit(site.source.span(first), str(one)), Edit(site.source.span(second), str(two)))
            yield Fix(f"transpose axes {one} and {two}", edits, EVIDENCE - 0.05)


def _reordered(site: CallSite, call: OpCall, given: int, wanted: int) -> Iterator[Fix]:
    """Exchange two places of a permutation, so that what is wanted stands where what is given does, the last first."""
    shape, dims = call.outputs[0].shape, call.params.get("dims")
    listed = (
        next((each.elts for each in site.call.args if isinstance(each, (ast.Tuple, ast.List))), None)
        if site.call
        else None
    )
    nodes = listed or (site.call.args if site.call else [])
    if not is_series(dims) or len(nodes) != len(dims) or any(_number(each) is None for each in nodes):
        return
    for last, first in combinations(range(len(dims) - 1, -1, -1), 2):
        if {shape[first], shape[last]} == {given, wanted}:
            pair = ((nodes[first], nodes[last]), (nodes[last], nodes[first]))
            edits = tuple(Edit(site.source.span(old), site.source.text_of(new)) for old, new in pair)
            yield Fix(f"exchange the places {first} and {last} of the permutation", edits, EVIDENCE + 0.05)


def _grouped_elsewhere(site: CallSite, call: OpCall) -> Iterator[Fix]:
    """Cut the axes that a reshape joins at other places: `(rows, tokens * width)` as `(rows * tokens, width)`."""
    ref, node = call.operands.get("input"), site.call
    listed = next((each.elts for each in node.args if isinstance(each, (ast.Tuple, ast.List))), None) if node else None
    given = listed or (node.args[-len(call.params.get("shape", ())) :] if node else [])
    parts = [part for each in given for part in _factors(each)]
    if ref is None or len(parts) != ref.rank or not 2 <= len(given) < ref.rank:
        return
    start, end = site.source.span(given[0]), site.source.span(given[-1])
    span = Span(start.path, start.line, start.column, end.end_line, end.end_column)
    texts = [site.source.text_of(part) for part in parts]
    for cuts in combinations(range(1, len(texts)), len(given) - 1):
        bounds = [0, *cuts, len(texts)]
        groups = [" * ".join(texts[first:last]) for first, last in pairwise(bounds)]
        if ", ".join(groups) != site.source.segment(span):
            yield Fix(f"join the axes as {', '.join(groups)}", (Edit(span, ", ".join(groups)),), EVIDENCE)


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _begun_elsewhere(site: CallSite, call: OpCall) -> Iterator[Fix]:
    ref = call.operands.get("input")
    start = call.params.get("start_dim", 0)
    for other in range(min(ref.rank - 1, 3) if ref is not None else 0):
        if other != start:
            edit = _argument_edit(site, call, "start_dim", 1, str(other))
            if edit is not None:
                yield Fix(f"flatten from axis {other}", (edit,), EVIDENCE + (0.1 if other == 1 else 0.0))
