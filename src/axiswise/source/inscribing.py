"""Write what a model takes into its source: annotations of its parameters in jaxtyping's grammar."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from axiswise.diagnosis import Edit, Fix
from axiswise.origin import Span
from axiswise.source.text import SourceFile

_PLAIN = frozenset({"Tensor", "torch.Tensor"})
"""Annotations that say less, and are replaced."""


def inscribed(source: SourceFile, part: str, inputs: Mapping[str, str]) -> Fix | None:
    """Return the edits that annotate a class' `forward`, or a function, with the inputs it was given; None for none.

    A parameter that has an annotation of another kind keeps it; so do those that take several tensors.

    Args:
        source: The file.
        part: Name of the class or function.
        inputs: Shapes by parameter (`Float[batch 512]`).
    """
    function = _function(source.tree.body, part.split("."))
    tensor = _tensor(source.tree)
    if function is None or not tensor:
        return None
    edits: list[Edit] = []
    words: dict[str, None] = {}
    for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        kind, _, axes = inputs.get(argument.arg, "").removesuffix("]").partition("[")
        is_free = argument.annotation is None or ast.unparse(argument.annotation) in _PLAIN
        if kind and is_free:
            whole = source.span(argument)
            spelled = tensor if argument.annotation is None else ast.unparse(argument.annotation)
            edits.append(Edit(whole, f'{argument.arg}: {kind}[{spelled}, "{axes}"]'))
            words[kind] = None
    if not edits:
        return None
    return Fix(f"annotate what `{part}` takes", (*_imports(source, list(words)), *edits))


def _function(body: list[ast.stmt], path: list[str]) -> ast.FunctionDef | None:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == path[0]:
            return _function(node.body, path[1:] or ["forward"])
        if isinstance(node, ast.FunctionDef) and [node.name] == path:
            return node
    return None


def _tensor(tree: ast.Module) -> str:
    """Return how a file may spell torch's tensor class; empty where it imports neither it nor torch."""
    bound = {name for node in tree.body for name in _names(node)}
    return next((name for name in ("Tensor", "torch.Tensor") if name.partition(".")[0] in bound), "")


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (each.asname or each.name for each in node.names)


def _imports(source: SourceFile, words: list[str]) -> tuple[Edit, ...]:
    """Return an edit for each word that a file does not import yet, before its first import that is no `__future__`."""
    bound = {name for node in source.tree.body for name in _names(node)}
    missing = sorted(word for word in words if word not in bound)
    places = [each for each in source.tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    places = [each for each in places if not (isinstance(each, ast.ImportFrom) and each.module == "__future__")]
    if not missing or not places:
        return ()
    start = source.span(places[0])
    at = Span(start.path, start.line, start.column, start.line, start.column)
    return tuple(Edit(at, f"from jaxtyping import {word}\n") for word in missing)
