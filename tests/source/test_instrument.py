"""The instrumented program does what the program did, and its numbers know their places."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from axiswise.origin import origin_of
from axiswise.source.instrument import instrument
from axiswise.source.text import SourceFile


class Unguarded:
    def rounds(self, iterable: Iterable[Any], key: tuple[str, int]) -> Iterator[Any]:
        yield from iterable

    def another_round(self, condition: object, key: tuple[str, int]) -> bool:
        return bool(condition)


def run(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "program"}
    exec(instrument(SourceFile("program.py", text), Unguarded()), space)
    return space


PROGRAMS = [
    "n = 3\nx = type(n) == int and type(n * 2) is int\ny = type(6 / n)\nz = type('a')",
    "d = 4\nx = [[p / (10 ** (2 * (i // 2) / d)) for i in range(d)] for p in range(3)]",
    "x = [[abs(i * 3) for i in range(2)] for _ in range(2)]",
    "x = 3\ny = x * 2 + 1",
    "def f(a=4, *, b=5):\n    return a - b\nx = f(), f(1), f(b=2)",
    "x = [i * 2 for i in range(5) if i % 2 == 0]",
    "x = f'{7:>4} {len([1, 2])!r}'",
    "def kind(v):\n    match v:\n        case 1: return 'one'\n        case [2, *rest]: return rest\n"
    "        case {'a': 3}: return 'a'\n        case _: return None\n"
    "x = kind(1), kind([2, 5]), kind({'a': 3}), kind(9)",
    "x = {1: 'a', 2: 'b'}[1]\ny = (10, 20, 30)[-1]\nz = [1, 2, 3, 4][1:3]",
    "i = 0\nwhile i < 5:\n    i += 1\nelse:\n    x = i",
    "class A:\n    n: int = 3\n    def m(self) -> int:\n        return self.n ** 2\nx = A().m()",
    "x = int('12') + len('abc') + round(2.6) + int(7 / 2)",
    "from typing import Literal\ndef f(mode: Literal[1, 2] = 1) -> Literal[3]:\n    return 3\nx = f()",
    "x = 2 ** 100\ny = -5 // 2\nz = 1_000 if True else 0",
    "def g():\n    n = yield 1\n    yield n\nit = g()\nx = next(it), it.send(8)",
    "x = sum([1, 2, 3]) + max(4, 5) + min([6, 7]) + abs(-3)",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_gives_the_same_values(text):
    plain: dict[str, Any] = {"__name__": "program"}
    exec(compile(text, "program.py", "exec"), plain)
    names = [name for name in ("x", "y", "z") if name in plain]
    found = run(text)
    assert names
    assert {name: found[name] for name in names} == {name: plain[name] for name in names}


def test_a_literal_knows_its_place_through_arithmetic():
    space = run("width = 512\nheads = 8\nhead = width // heads\n")
    spans = [(leaf.span.line, leaf.span.column) for leaf in origin_of(space["head"]).literals()]
    assert spans == [(1, 8), (2, 8)]


def test_a_number_stays_known_through_int_and_division():
    space = run("ratio = 4.0\nwidth = 192\nhidden = int(width * ratio)\n")
    assert space["hidden"] == 768
    assert [leaf.value for leaf in origin_of(space["hidden"]).literals()] == [192]


def test_a_length_begins_where_it_is_taken():
    space = run("words = ['a', 'b']\ncount = len(words) + 1\n")
    kinds = [part.kind for part in origin_of(space["count"]).parts]
    assert kinds == ["call", "literal"]
    assert origin_of(space["count"]).parts[0].span.line == 2


def test_numbers_in_a_table_are_data_and_those_in_lists_of_layers_are_sizes():
    space = run(
        "x = [[i * 3 for i in range(2)] for _ in range(2)]\ny = [[(4, i) for i in range(2)] for _ in range(2)]\n"
    )
    assert origin_of(space["x"][1][1]) is None
    assert origin_of(space["y"][1][1][0]) is not None


def test_a_traceback_reads_as_before():
    with pytest.raises(ZeroDivisionError) as caught:
        run("def f(n):\n    return 1 // n\n\nf(0)\n")
    frames = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == "program.py"]
    assert [(frame.lineno, frame.name) for frame in frames] == [(4, "<module>"), (2, "f")]


def test_columns_are_characters():
    space = run("é = 'ü'; n = 64\n")
    span = origin_of(space["n"]).literals()[0].span
    assert (span.line, span.column, span.end_column) == (1, 13, 15)
