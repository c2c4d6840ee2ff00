"""Faults that raise nothing: another layout, another axis, a mask left out or turned round, a column for a row.

Each planter looks for one habit of the field and breaks it in place. Nothing here knows what axiswise can find.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tests.corpus.plant import Plant

NORMALISING = frozenset({"softmax", "log_softmax", "Softmax", "LogSoftmax", "gumbel_softmax", "logsumexp"})
REDUCING = frozenset(
    "mean sum argmax argmin max min amax amin norm normalize prod var std any all cumsum cumprod".split()
)
ATTENDING = re.compile(r"(?i)att|energy|score|weights|dots|sim|alpha")
CAUSAL = re.compile(r"(?i)causal|tril|triu|future|subsequent|tgt_mask|self\.bias")
MASKS = re.compile(r"(?i)mask|valid|keep|pad")
KINDS = (
    "reshape for transpose",
    "reshape for rearrange",
    "transpose dropped",
    "softmax axis in attention",
    "softmax axis elsewhere",
    "axis of a reduction",
    "keepdim dropped",
    "mask dropped",
    "causal mask dropped",
    "mask inverted",
    "(N, 1) against (N,)",
    "row for column",
    "batch_first flipped",
)
"""Kinds of faults, in the order of tables."""
RANKS = (2, 3, 4, 5)
"""Ranks that a tensor of unknown rank is tried with: the wrong ones raise, and do not count."""


def silent_plants(source: str) -> list[Plant]:
    """Every fault that the planters know for a program, in the order of the text, each once."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found: list[Plant] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [
                *_reshapes(node, parents),
                *_patterns(node),
                *_axes(node, source),
                *_masks(node),
                *_keywords(node),
            ]
            found += _columns(node)
        elif isinstance(node, ast.Attribute) and node.attr in ("T", "mT") and _is_simple(node.value):
            found += _reshaped(node, node.value, -1, -2)
        elif isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript)):
            found += [*_mask_terms(node, parents), *_index_columns(node)]
    unique = {(each.line, each.start, each.end, each.text): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.line, each.start, each.end, each.text))


def _put(kind: str, node: ast.AST, text: str) -> Iterator[Plant]:
    assert isinstance(node, (ast.expr, ast.keyword))
    if node.end_lineno == node.lineno and node.end_col_offset is not None:
        yield Plant(kind, node.lineno, node.col_offset, node.end_col_offset, text)


def _word(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _owner(call: ast.Call) -> ast.expr | None:
    """Return the tensor that a method is called on; None of a function of a module."""
    if isinstance(call.func, ast.Attribute) and _word(call.func.value) not in ("torch", "F", "nn", "functional", "np"):
        return call.func.value
    return None


def _is_simple(node: ast.expr) -> bool:
    """Return whether an expression may be written several times."""
    return not any(isinstance(each, ast.Call) for each in ast.walk(node))


def _integers(nodes: Sequence[ast.expr]) -> list[int] | None:
    try:
        values = [ast.literal_eval(node) for node in nodes]
    except ValueError:
        return None
    return values if all(type(value) is int for value in values) else None


# -- layout -----------------------------------------------------------------------------------------------------------
def _reshapes(call: ast.Call, parents: dict[ast.AST, ast.AST]) -> Iterator[Plant]:
    """A reshape in the place of an exchange of axes."""
    word, owner = _word(call.func), _owner(call)
    if owner is None or word not in ("transpose", "permute", "swapaxes", "t", "movedim"):
        return
    axes = _integers(call.args) if word != "t" else [0, 1]
    if axes is None or len(axes) < 2:
        return
    if isinstance(owner, ast.Call) and _word(owner.func) in ("view", "reshape") and not owner.keywords:
        sizes = [ast.unparse(each) for each in owner.args]
        order = _order(word, axes, len(sizes))
        if order is not None and _owner(owner) is not None:
            text = f"{ast.unparse(owner.func)}({', '.join(sizes[axis] for axis in order)})"
            yield from _put("reshape for transpose", call, text)
    else:
        kind = "reshape for transpose" if _is_reshaped(call, parents) else "transpose dropped"
        yield from _put(kind, call, ast.unparse(owner))
    if _is_simple(owner):
        yield from _reshaped(call, owner, *axes, word=word)


def _is_reshaped(call: ast.Call, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a reshape follows, straight or behind `contiguous`."""
    method = parents.get(call)
    while isinstance(method, ast.Attribute) and method.attr == "contiguous":
        method = parents.get(parents[method])
    return isinstance(method, ast.Attribute) and method.attr in ("view", "reshape", "flatten")


def _order(word: str, axes: Sequence[int], rank: int) -> list[int] | None:
    if any(not -rank <= axis < rank for axis in axes):
        return None
    places = [axis % rank for axis in axes]
    if word == "permute":
        return places if sorted(places) == list(range(rank)) else None
    if word == "movedim" or len(places) != 2:
        return None
    order = list(range(rank))
    order[places[0]], order[places[1]] = order[places[1]], order[places[0]]
    return order


def _reshaped(node: ast.expr, owner: ast.expr, *axes: int, word: str = "transpose") -> Iterator[Plant]:
    text = ast.unparse(owner)
    for rank in RANKS:
        order = _order(word, axes, rank)
        if order is not None and order != sorted(order):
            sizes = ", ".join(f"{text}.shape[{axis}]" for axis in order)
            yield from _put("reshape for transpose", node, f"{text}.reshape({sizes})")


def _patterns(call: ast.Call) -> Iterator[Plant]:
    """A reshape in the place of `rearrange`, by sizes read off the tensor."""
    if _word(call.func) != "rearrange" or len(call.args) != 2 or not isinstance(call.args[1], ast.Constant):
        return
    left, arrow, right = str(call.args[1].value).partition("->")
    if not arrow or "." in left or not isinstance(call.args[0], ast.Name):
        return
    known = {each.arg: ast.unparse(each.value) for each in call.keywords if each.arg}
    text, sizes = call.args[0].id, dict[str, str]()
    for axis, item in enumerate(re.findall(r"\([^()]*\)|\S+", left)):
        names = item.strip("()").split()
        free = [name for name in names if name not in known]
        if len(free) > 1:
            return
        divisors = "".join(f" // ({known[name]})" for name in names if name in known)
        sizes |= {name: known[name] for name in names if name in known}
        sizes |= {name: f"{text}.shape[{axis}]{divisors}" for name in free}
    asked = [item.strip("()").split() for item in re.findall(r"\([^()]*\)|\S+", right)]
    if [name for names in asked for name in names] == left.replace("(", " ").replace(")", " ").split():
        return  # it is a reshape
    if all(name in sizes for names in asked for name in names):
        products = [" * ".join(f"({sizes[name]})" for name in names) or "1" for names in asked]
        yield from _put("reshape for rearrange", call, f"{text}.reshape({', '.join(products)})")


# -- axes -------------------------------------------------------------------------------------------------------------
def _axes(call: ast.Call, source: str) -> Iterator[Plant]:
    """Another axis of a softmax or a reduction."""
    word = _word(call.func)
    if word not in NORMALISING | REDUCING:
        return
    given = [each.value for each in call.keywords if each.arg in ("dim", "axis")]
    if not given:
        place = 0 if _owner(call) is not None else 1
        given = call.args[place : place + 1] if word != "norm" else call.args[place + 1 : place + 2]
    axes = _integers(given)
    if not axes:
        return
    line = source.split("\n")[call.lineno - 1]
    where = "in attention" if ATTENDING.search(line) else "elsewhere"
    kind = f"softmax axis {where}" if word in NORMALISING - {"logsumexp"} else "axis of a reduction"
    for axis in sorted({axes[0] - 1, axes[0] + 1, 0, 1} - {axes[0]}):
        if axes[0] >= 0 > axis or (axes[0] < 0 and axis == 0 and axes[0] + 1 != 0):
            continue
        yield from _put(kind, given[0], str(axis))


def _keywords(call: ast.Call) -> Iterator[Plant]:
    for keyword in call.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg == "batch_first" and isinstance(value, bool):
            yield from _put("batch_first flipped", keyword.value, str(not value))
        elif keyword.arg == "keepdim" and value is True:
            yield from _put("keepdim dropped", keyword.value, "False")
        elif keyword.arg == "is_causal" and value is True:
            yield from _put("causal mask dropped", keyword.value, "False")
        elif (
            keyword.arg and keyword.arg.endswith("mask") and value is None and _word(call.func) not in ("dict", "super")
        ):
            text = ast.unparse(keyword.value)
            dropped = "causal mask dropped" if CAUSAL.search(keyword.arg + text) else "mask dropped"
            yield from _put(dropped, keyword.value, "None")
            yield from _put("mask inverted", keyword.value, _turned(keyword.value))


# -- masks ------------------------------------------------------------------------------------------------------------
def _turned(node: ast.expr) -> str:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return ast.unparse(node.operand)
    opposite = {ast.Eq: "!=", ast.NotEq: "==", ast.Lt: ">=", ast.GtE: "<", ast.Gt: "<=", ast.LtE: ">"}
    if isinstance(node, ast.Compare) and type(node.ops[0]) in opposite and len(node.ops) == 1:
        return f"{ast.unparse(node.left)} {opposite[type(node.ops[0])]} {ast.unparse(node.comparators[0])}"
    text = ast.unparse(node)
    return f"1 - {text}" if "attention_mask" in text else f"~({text})"  # numbers there, truth values elsewhere


def _masks(call: ast.Call) -> Iterator[Plant]:
    word, owner = _word(call.func), _owner(call)
    if word in ("masked_fill", "masked_fill_") and len(call.args) == 2 and owner is not None:
        text = ast.unparse(call.args[0])
        yield from _put("causal mask dropped" if CAUSAL.search(text) else "mask dropped", call, ast.unparse(owner))
        yield from _put("mask inverted", call.args[0], _turned(call.args[0]))
    elif word == "where" and owner is None and len(call.args) == 3:
        first, one, other = (ast.unparse(each) for each in call.args)
        if MASKS.search(first) or ATTENDING.search(one):
            yield from _put("causal mask dropped" if CAUSAL.search(first) else "mask dropped", call, one)
            yield from _put("mask inverted", call, f"{ast.unparse(call.func)}({first}, {other}, {one})")
    elif word in ("tril", "triu") and call.args:
        other = "triu" if word == "tril" else "tril"
        for text in (re.sub(word, other, ast.unparse(call), count=1),):
            yield from _put("mask inverted", call, text)


def _mask_terms(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> Iterator[Plant]:
    """A mask no longer multiplied with or added, or no longer turned round."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add)):
        for mask, other in ((node.right, node.left), (node.left, node.right)):
            text = ast.unparse(mask)
            if re.search(r"(?i)mask|\bkeep\b|\bvalid\b", text) and not re.search(r"self\.\w+\(|[-+*/]", text):
                kind = "causal mask dropped" if CAUSAL.search(ast.unparse(mask)) else "mask dropped"
                yield from _put(kind, node, ast.unparse(other))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and MASKS.search(ast.unparse(node)):
        yield from _put("mask inverted", node, ast.unparse(node.operand))
    elif (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(parents.get(node), (ast.Assign, ast.keyword))
    ):
        parent = parents[node]
        name = ast.unparse(parent.targets[0]) if isinstance(parent, ast.Assign) else str(getattr(parent, "arg", ""))
        if MASKS.search(name):
            yield from _put("mask inverted", node, _turned(node))


# -- columns and rows -------------------------------------------------------------------------------------------------
def _columns(call: ast.Call) -> Iterator[Plant]:
    """A column where a row should be, or the other way round."""
    word, owner = _word(call.func), _owner(call)
    if owner is None:
        return
    axes = _integers(call.args)
    if (
        (word == "squeeze" and axes)
        or (word in ("flatten", "ravel") and not call.args)
        or (word == "view" and axes == [-1])
    ):
        yield from _put("(N, 1) against (N,)", call, ast.unparse(owner))
    elif word == "unsqueeze" and axes:
        yield from _put("(N, 1) against (N,)", call, ast.unparse(owner))
        yield from _put("row for column", call.args[0], str(axes[0] - 1 if axes[0] else 1))


def _index_columns(node: ast.expr) -> Iterator[Plant]:
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return
    parts = [ast.unparse(each) for each in node.slice.elts]
    owner = ast.unparse(node.value)
    if parts.count("None") == 1 and set(parts) == {"None", ":"}:
        yield from _put("(N, 1) against (N,)", node, owner)
        for place in range(len(parts)):
            moved = [":"] * len(parts)
            moved[place] = "None"
            if moved != parts:
                yield from _put("row for column", node, f"{owner}[{', '.join(moved)}]")
    elif len(parts) == 2 and parts[0] == ":" and re.fullmatch(r"-?\d+", parts[1]):
        number = int(parts[1])
        yield from _put("(N, 1) against (N,)", node, f"{owner}[:, {number}:{number + 1 or ''}]")
