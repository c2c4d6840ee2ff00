"""A module whose definitions are wanted is run past what fails in it: data that is not there, a package, a device.

What only works, and defines nothing, is no longer run once something failed: it would work on what is lacking.
"""

from __future__ import annotations

import ast
import os

LEFT_OUT = "_axiswise_left_out"
WHOLE = "_axiswise_whole"

_WORK = (ast.Expr, ast.For, ast.While, ast.With, ast.Delete, ast.Assert)


class Leniency:
    """Keeps what failed among the statements of modules.

    Attributes:
        failed: What was raised, by the line of the statement that was left out.
    """

    def __init__(self) -> None:
        self.failed: dict[tuple[str, int], BaseException] = {}

    def left_out(self, path: str, line: int, error: BaseException) -> None:
        """Keep what a statement raised."""
        self.failed[path, line] = error

    def whole(self, path: str) -> bool:
        """Return whether nothing of a file was left out so far."""
        return not any(each == path for each, _ in self.failed)

    def told(self) -> list[str]:
        """Return a line for each statement that was left out."""
        lines: list[str] = []
        for (path, line), error in self.failed.items():
            text = next(iter(str(error).splitlines()), "")
            lines.append(f"line {line} of {os.path.basename(path)} was left out: {type(error).__name__}: {text}")
        return lines

    def names(self) -> dict[str, object]:
        """Return what a module needs that was made lenient."""
        return {LEFT_OUT: self.left_out, WHOLE: self.whole}


def lenient(tree: ast.Module, path: str) -> ast.Module:
    """Return a module each of whose statements is left out where it fails; nothing else of it changes."""
    for number, node in enumerate(tree.body):
        is_first = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (is_first or is_text or isinstance(node, ast.Raise)):  # who raises wants no import at all
            tree.body[number] = _tried(node, path)
    return tree


def _tried(node: ast.stmt, path: str) -> ast.stmt:
    caught = ast.Tuple([ast.Name("Exception", ast.Load()), ast.Name("SystemExit", ast.Load())], ast.Load())
    place: list[ast.expr] = [ast.Constant(path), ast.Constant(node.lineno), ast.Name("_axiswise_error", ast.Load())]
    kept = ast.Expr(ast.Call(ast.Name(LEFT_OUT, ast.Load()), place, []))
    made: ast.stmt = ast.Try([node], [ast.ExceptHandler(caught, "_axiswise_error", [kept])], [], [])
    if isinstance(node, _WORK):
        made = ast.If(ast.Call(ast.Name(WHOLE, ast.Load()), [ast.Constant(path)], []), [made], [])
    return ast.fix_missing_locations(ast.copy_location(made, node))
