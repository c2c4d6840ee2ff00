"""A program that is observed does what it did; what it does with its values arrives at the observer."""

from __future__ import annotations

import ast
import builtins
import operator
from typing import Any

import pytest

from axiswise.source.observing import Observing, names

PROGRAMS = [
    "result = [i * i for i in range(5) if i % 2]",
    "x = {'a': [1, 2, 3]}\nresult = x['a'][1:][0] + x['a'][-1]",
    "class A:\n    def __init__(self):\n        super().__init__()\n        self.n = 3\n"
    "    def twice(self):\n        return self.n * 2\n"
    "class B(A):\n    def twice(self):\n        return super().twice() + 1\nresult = B().twice()",
    "def f(a, *rest, key=2, **more):\n    return a + sum(rest) * key + len(more)\n"
    "result = f(1, *[2, 3], key=4, **{'z': 1})",
    "from typing import Dict, List\ndef f(x: List[int], y: 'Dict[str, int]' = {'a': 1}) -> Dict[str, int]:\n"
    "    return {**y, 'n': x[0]}\nresult = f([7])",
    "name = 'w'\nresult = f'{name:>{4}} {[1, 2][1]:03d}' + '%s' % name",
    "def count():\n    total = 0\n    for i in range(3):\n        total += i\n    return total, locals()['total']\n"
    "result = count()",
    "grid = [[1, 2], [3, 4]]\ngrid[0][1] = 9\nresult = grid[0][1] // 2 ** 2",
    "import functools\n@functools.lru_cache(maxsize=None)\ndef fib(n):\n"
    "    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
    "result = fib(20)",
    "match [1, 2]:\n    case [a, b]:\n        result = a + b",
    "values = (lambda *a: a)(*range(4))\nresult = values[::2], values[1:3]",
    "class Box:\n    n = 1\nbox, grid, words = Box(), [[1, 2], [3, 4]], {'a': [1]}\nsame = words['a']\nbox.n += 4\n"
    "grid[0][1:] += [9]\ngrid[1][-1] -= 2\nwords['a'] += [2]\nwords['b'] = box.n\ngrid[1:], box.m = [[7]], 3\n"
    "result = box.n, grid, words, same",
    "total = 0\ndef add(n):\n    global total\n    total += n\n    def inner():\n        nonlocal n\n        n *= 2\n"
    "    inner()\n    return n\nresult = add(3), total",
    "try:\n    def f():\n        x += 1\n    f()\nexcept UnboundLocalError as error:\n    result = str(error)",
    "n, m = 3, {1}\nresult = -n, ~n, not n, 1 < n <= 3, n != 2, n in m, n is None, -1, [k for k in range(5) if k >= n]",
    "try:\n    [][3]\nexcept IndexError as error:\n    result = str(error)",
]


class Seen:
    """An observer that notes what it was asked."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.words.append("call")
        return function(*args, **kwargs)

    def operate(self, symbol: str, left: Any, right: Any) -> Any:
        self.words.append(symbol)
        known = {"+": operator.add, "*": operator.mul, "//": operator.floordiv, "**": operator.pow, "%": operator.mod}
        compared = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt}
        return {**known, **compared, ">=": operator.ge, "-": operator.sub, "@": operator.matmul}[symbol](left, right)

    def update(self, symbol: str, left: Any, right: Any) -> Any:
        self.words.append(f"{symbol}=")
        known = {"+": operator.iadd, "-": operator.isub, "*": operator.imul}
        return known[symbol](left, right)

    def store(self, value: Any, index: Any, new: Any) -> None:
        self.words.append("[]=")
        value[index] = new

    def store_updated(self, symbol: str, value: Any, index: Any, right: Any) -> None:
        value[index] = self.update(symbol, self.item(value, index), right)

    def item(self, value: Any, index: Any) -> Any:
        self.words.append("[]")
        return value[index]

    def field(self, value: Any, name: str) -> Any:
        self.words.append(name)
        return getattr(value, name)


def run(text: str, seen: Seen | None = None) -> Any:
    """Run a program and return what it calls its result."""
    tree: Any = ast.parse(text)
    space: dict[str, Any] = {"__builtins__": dict(vars(builtins)), "__name__": "program"}
    if seen is not None:
        tree = Observing().visit(tree)
        space["__builtins__"] |= names(seen)
    exec(compile(tree, "program.py", "exec", dont_inherit=True), space)
    return space["result"]


@pytest.mark.parametrize("text", PROGRAMS)
def test_an_observed_program_does_what_it_did(text: str) -> None:
    assert run(text, Seen()) == run(text)


def test_what_a_program_does_arrives_in_order() -> None:
    seen = Seen()
    assert run("def f(a):\n    return a[0] + a[1:][0]\nresult = f([2, 3]) * 2", seen) == 10
    assert seen.words == ["call", "[]", "[]", "[]", "+", "*"]


def test_what_a_program_changes_arrives_too() -> None:
    seen = Seen()
    assert run("x = [1]\nx += [2]\nx[0] = 5\nx[1] *= 3\nresult = x", seen) == [5, 6]
    assert seen.words == ["+=", "[]=", "[]", "*="]


def test_positions_stay_as_they_were() -> None:
    text = "def f(x):\n    return x.shape[0] + g(x)[1:2]\n"
    before = {(n.lineno, n.col_offset) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.expr)}
    after: Any = Observing().visit(ast.parse(text))
    assert {(n.lineno, n.col_offset) for n in ast.walk(after) if isinstance(n, ast.expr)} <= before
