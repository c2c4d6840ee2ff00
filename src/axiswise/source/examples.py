"""What a class' instances, or a function, are called with in their project: `Net()(torch.randn(2, 3, 32, 32))`.

Read off the syntax tree, as call sites of constructors are: in scripts, tests and under `if __name__ == "__main__"`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from axiswise.origin import Span
from axiswise.source.bindings import Function, assigned
from axiswise.source.callsites import calls_of, is_to_raise
from axiswise.source.evaluating import Evaluator, Unknown
from axiswise.source.text import SourceFile

MOST = 4
"""Examples of one module that are looked for."""

DEEPEST = 12
"""Names and calls between an argument and the call that makes its tensor."""

MAKERS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("randn", "rand", "zeros", "ones", "empty"), ("Float", 0)),
    "full": ("Float", 0),
    "randint": ("Int", -1),
}
"""Functions that make a tensor of a given shape: its kind, and the place of the shape among the arguments."""

LIKE = ("rand_like", "randn_like", "zeros_like", "ones_like", "empty_like", "full_like")

CHANGES = {
    **dict.fromkeys(("long", "int"), "Int"),
    **dict.fromkeys(("float", "half", "bfloat16", "double"), "Float"),
    "bool": "Bool",
    **dict.fromkeys(("to", "cuda", "cpu", "clone", "detach", "contiguous", "requires_grad_", "type"), ""),
}
"""Methods that leave a tensor's shape, and the kind it has then; empty where it stays."""

MOVES = frozenset({"to", "cuda", "cpu", "eval", "train", "float", "half", "double", "requires_grad_", "apply"})
"""Methods of a module that return the module."""

WRAPPERS = frozenset({"compile", "DataParallel", "DistributedDataParallel", "script"})
"""What is called as the module is that it is given."""


@dataclass(frozen=True, slots=True)
class Made:
    """A tensor that is made of written sizes.

    Attributes:
        kind: `Float`, `Int` or `Bool`.
        shape: Its sizes.
        highest: The largest value in it, where it holds drawn indices.
    """

    kind: str
    shape: tuple[int, ...]
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One call of an instance, or of a function.

    Attributes:
        built: Where the instance was made; the call itself for a function.
        positional: What is given by position: `Made`, a list, tuple or dict of such, a plain value, or `Unknown`.
        named: What is given by keyword.
        is_of_site: Whether the instance is the one that the arguments of the module at hand come from.
    """

    built: Span
    positional: tuple[Any, ...]
    named: Mapping[str, Any]
    is_of_site: bool = True


def examples(name: str, path: str, evaluator: Evaluator, *, is_class: bool) -> tuple[Example, ...]:
    """Return the calls of a class' instances, or of a function, with the tensors they are given.

    Args:
        name: The class or the function.
        path: The file that defines it.
        evaluator: Finds the values of sizes.
        is_class: Whether calling the name makes an instance.
    """
    found: list[Example] = []
    for source, made in calls_of(name, path, evaluator):
        for call in _called(made, source) if is_class else (made,):
            positional = tuple(_given(each, source, evaluator) for each in call.args)
            named = {each.arg: _given(each.value, source, evaluator) for each in call.keywords if each.arg}
            if is_to_raise(source, call):
                continue
            if len(found) < MOST and any(_holds_tensor(each) for each in (*positional, *named.values())):
                found.append(Example(source.span(made), positional, named))
    return tuple(found)


def _called(made: ast.Call, source: SourceFile) -> Iterator[ast.Call]:
    """Yield the calls of an instance: where it is made, and of the name that it is bound to in the same scope."""
    node: ast.AST = made
    parent = source.parents.get(node)
    while isinstance(parent, (ast.Attribute, ast.Call)):  # `Net().to(device).eval()`
        if isinstance(parent, ast.Call) and parent.func is node and not isinstance(node, ast.Attribute):
            yield parent
            return
        if isinstance(parent, ast.Call) and parent.func is not node:
            return  # it is handed to something else
        node, parent = parent, source.parents.get(parent)
    if not isinstance(parent, ast.Assign) or parent.value is not node:
        return
    for call in source.calls:
        called = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "forward" else call.func
        if isinstance(called, ast.Name) and _unwrapped(called, source) is node:
            yield call


def _unwrapped(name: ast.Name, source: SourceFile) -> ast.expr | None:
    """Return what a name is bound to, past what only wraps or moves it: `model = torch.compile(model.cuda())`."""
    bound = _bound(name, source)
    for _ in range(DEEPEST):
        inner: ast.expr | None = bound
        while isinstance(inner, ast.Call):
            is_method = isinstance(inner.func, ast.Attribute) and inner.func.attr in MOVES
            is_wrapper = ast.unparse(inner.func).rpartition(".")[2] in WRAPPERS and bool(inner.args)
            if not is_method and not is_wrapper:
                break
            inner = inner.func.value if isinstance(inner.func, ast.Attribute) and is_method else inner.args[0]
        if not isinstance(inner, ast.Name):
            return bound
        bound = _bound(inner, source)
    return bound


def _bound(node: ast.Name, source: SourceFile) -> ast.expr | None:
    """Return what the scope around a name binds to it before."""
    scope: ast.AST | None = node
    while scope is not None:
        scope = source.parents.get(scope)
        if scope is not None and isinstance(scope, (ast.Module, *Function.__args__)):
            bound = assigned(node.id, scope, node, source)
            if isinstance(bound, tuple):
                whole, place = bound
                bound = whole.elts[place] if isinstance(whole, ast.Tuple) and 0 <= place < len(whole.elts) else None
            if bound is not None:
                return bound
    return None


def _given(node: ast.expr, source: SourceFile, evaluator: Evaluator, depth: int = 0) -> Any:
    """Return what an argument is: tensors as `Made`, and `Unknown` where it cannot be told."""

    def of(inner: ast.expr) -> Any:
        return _given(inner, source, evaluator, depth + 1)

    if depth > DEEPEST:
        return Unknown()
    match node:
        case ast.Name():
            bound = _bound(node, source)
            return of(bound) if bound is not None else Unknown()
        case ast.List(elts=items):
            return [of(each) for each in items]
        case ast.Tuple(elts=items):
            return tuple(of(each) for each in items)
        case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
            return {ast.literal_eval(key): of(each) for key, each in zip(keys, values, strict=True) if key is not None}
        case ast.Compare(left=left):
            inner = of(left)
            return Made("Bool", inner.shape) if isinstance(inner, Made) else Unknown()
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.Call(func=ast.Call() | ast.Name() | ast.Attribute()):
            return _made(node, source, evaluator, of)
        case _:
            return Unknown()


def _made(node: ast.Call, source: SourceFile, evaluator: Evaluator, of: Any) -> Any:
    word = ast.unparse(node.func).rpartition(".")[2]
    if word in LIKE and node.args:
        return of(node.args[0])
    if word in CHANGES and isinstance(node.func, ast.Attribute):
        inner = of(node.func.value)
        return Made(CHANGES[word] or inner.kind, inner.shape, inner.highest) if isinstance(inner, Made) else Unknown()
    if word not in MAKERS:
        return Unknown()
    kind, place = MAKERS[word]
    positional, named = evaluator.arguments(node, source)
    given: Any = named.get("size", positional[place] if positional else None)
    if "size" not in named and kind == "Float" and word != "full" and not isinstance(given, (tuple, list)):
        given = positional
    shape = list(cast("list[Any]", given)) if isinstance(given, (tuple, list)) else []
    if any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in shape):
        return Unknown()
    kind = _kind_of(node, kind)
    numbers = [each for each in positional if isinstance(each, int)]
    highest = max(int(numbers[min(1, len(numbers) - 1)]) - 1, 0) if word == "randint" and numbers else None
    return Made(kind, tuple(int(size) for size in shape), highest)


def _kind_of(node: ast.Call, usual: str) -> str:
    """Return the kind that `dtype=` asks for."""
    said = next((ast.unparse(each.value) for each in node.keywords if each.arg == "dtype"), "")
    return "Bool" if "bool" in said else "Int" if "int" in said or "long" in said else "Float" if said else usual


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_tensor, value))  # type: ignore[arg-type]
    return any(map(_holds_tensor, value.values())) if isinstance(value, dict) else isinstance(value, Made)  # type: ignore[arg-type]
