"""Relations between sizes, as torch's guards give them, in plain values and in the user's names.

A guard is an expression of sympy over torch's own symbols and operators. A `Relation` can be asked whether it holds at
given sizes, and says itself as a reader would (`height * width == 1024`); sympy is not needed any more then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partialmethod, reduce
from types import SimpleNamespace
from typing import Any, cast

import sympy as _sympy
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter
from torch.utils._sympy.printers import PythonPrinter

sympy: Any = _sympy
_Printer: Any = StrPrinter

Sizes = Mapping[str, int]

_PLACE = 3
"""Digits before a name in sympy's symbols."""

_WHOLE = {"integer": True, "positive": True}

_SIGNS = {"Eq": "==", "Ne": "!=", "Le": "<=", "Lt": "<", "Ge": ">=", "Gt": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<=": ">=", "<": ">", ">=": "<=", ">": "<"}


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation between sizes.

    Attributes:
        names: The axes it speaks of.
        text: What it says (`time <= 1024`).
        test: Takes the sizes in the order of `names`, and returns whether it holds.
    """

    names: tuple[str, ...]
    text: str
    test: Callable[..., bool] = field(compare=False)

    def holds(self, sizes: Sizes) -> bool:
        """Return whether it holds at sizes, of which some may not be its own."""
        return self.test(*(sizes[name] for name in self.names))

    def __str__(self) -> str:
        return self.text


def relation_of(guard: Any, names: Mapping[str, str], defined: Mapping[Any, Any] | None = None) -> Relation | None:
    """Return a guard as a relation, or None where it speaks of anything but the named sizes, or of nothing.

    Args:
        guard: A boolean expression of sympy.
        names: Axis names by torch's symbols, in the order in which they are told.
        defined: What other symbols stand for, each in terms of the named sizes and of those before it.
    """
    meant = _meant(guard, defined or {})
    spoken = {str(symbol) for expr in (guard, *meant.values()) for symbol in expr.free_symbols - meant.keys()}
    if not spoken or not spoken <= names.keys():
        return None
    # With its place before the name, every order that sympy knows is the order in which the names are told.
    said = {
        symbol: sympy.Symbol(f"{list(names).index(str(symbol)):0{_PLACE}}{names[str(symbol)]}", **_WHOLE)
        for expr in (guard, *meant.values())
        for symbol in expr.free_symbols - meant.keys()
    }
    parts: dict[Any, Any] = {}
    for place, (symbol, expr) in enumerate(meant.items(), len(names)):
        parts[symbol] = expr.xreplace(said)
        said[symbol] = sympy.Symbol(f"{place:0{_PLACE}}({_said(parts[symbol])})", **_WHOLE)
    guard = _shortened(guard.xreplace(said))
    parts = {said[symbol]: expr for symbol, expr in parts.items()}
    left = {symbol for expr in (guard, *_meant(guard, parts).values()) for symbol in expr.free_symbols} - parts.keys()
    symbols = sorted(left, key=str)
    return Relation(tuple(map(_said, symbols)), _text(guard), _test(guard, symbols, parts)) if symbols else None


def _meant(guard: Any, defined: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the definitions that an expression rests on, in their order."""
    found: dict[Any, Any] = {}
    waiting = [guard]
    while waiting:
        for symbol in waiting.pop().free_symbols & defined.keys() - found.keys():
            found[symbol] = defined[symbol]
            waiting.append(defined[symbol])
    return {symbol: expr for symbol, expr in defined.items() if symbol in found}


def _shortened(guard: Any) -> Any:
    """Leave out the names that all terms of a relation are multiples of: sizes are never 0."""
    if not isinstance(guard, sympy.core.relational.Relational):
        return guard
    terms: list[Any] = list(sympy.Add.make_args(sympy.expand(guard.lhs - guard.rhs)))
    factors = [sympy.Mul.make_args(term) for term in terms]
    shared = [part for part in factors[0] if part.is_Symbol and all(part in others for others in factors)]
    return guard.func(sympy.Add(*(term / sympy.Mul(*shared) for term in terms)), 0) if shared else guard


def at_least(name: str, size: int) -> Relation:
    """Return `name >= size`."""
    return _of_one(name, f">= {size}", size.__le__)


def at_most(name: str, size: int) -> Relation:
    """Return `name <= size`."""
    return _of_one(name, f"<= {size}", size.__ge__)


def exactly(name: str, size: int) -> Relation:
    """Return `name == size`."""
    return _of_one(name, f"== {size}", size.__eq__)


def is_one(relation: Relation) -> bool:
    """Return whether a relation says that an axis has one element."""
    return relation == exactly(relation.names[0], 1)


def is_numbered(relation: Relation) -> bool:
    """Return whether a relation says which number something is (`height // 32 == 1`)."""
    return relation.text.rpartition(" == ")[2].isdecimal()


def in_steps(name: str, step: int, rest: int) -> Relation:
    """Return that a size is a multiple of `step`, or so many more than one."""

    def test(size: int) -> bool:
        return size % step == rest

    return _of_one(name, f"% {step} == {rest}" if rest else f"divisible by {step}", test)


def among(name: str, step: int, rests: Sequence[int]) -> Relation:
    """Return that a size leaves one of some rests: `height % 8 in (0, 7)`."""

    def test(size: int) -> bool:
        return size % step in rests

    return _of_one(name, f"% {step} in ({', '.join(map(str, rests))})", test)


def _of_one(name: str, text: str, test: Callable[..., bool]) -> Relation:
    return Relation((name,), f"{name} {text}", test)


def _test(guard: Any, symbols: list[Any], parts: Mapping[Any, Any]) -> Callable[..., bool]:
    """Return a test of an expression, whose parts are found first."""
    steps = [(_function(expr, [*symbols, *list(parts)[:place]])) for place, expr in enumerate(parts.values())]
    last = _function(guard, [*symbols, *parts])

    def test(*sizes: int) -> bool:
        values = list(sizes)
        try:
            for step in steps:
                values.append(step(*values))
            return bool(last(*values))
        except (ZeroDivisionError, OverflowError, ValueError):
            return False

    return test


def _function(expr: Any, symbols: list[Any]) -> Callable[..., Any]:
    """Return an expression as a function: in Python, or in sympy's own way for operators that Python has not."""

    def slowly(*sizes: int) -> Any:
        found = expr.xreplace({s: sympy.Integer(size) for s, size in zip(symbols, sizes, strict=True)})
        return int(found) if found.is_Integer else bool(found)

    return _compiled(expr, symbols) or slowly


def _compiled(expr: Any, symbols: list[Any]) -> Callable[..., Any] | None:
    """Return an expression as a function, or None where Python cannot say it."""
    spelled = SimpleNamespace(sym_float=float)  # as torch's printer spells what scales a size
    space: dict[str, Any] = {"math": math, "torch": spelled, "max": max, "min": min, "abs": abs, "round": round}
    space |= {"float": float, "int": int}
    try:
        words = {symbol: sympy.Symbol(f"size_{place}", integer=True) for place, symbol in enumerate(symbols)}
        body = cast("Any", PythonPrinter)().doprint(expr.xreplace(words))
        made: Callable[..., Any] = eval(f"lambda {', '.join(map(str, words.values()))}: {body}", space)
        with suppress(ZeroDivisionError, OverflowError, ValueError):
            made(*(2 for _ in symbols))
    except (NotImplementedError, AttributeError, NameError, SyntaxError, TypeError):
        return None
    return made


# -- in words ----------------------------------------------------------------------------------------------------------
class _Plain(_Printer):
    """Prints expressions as Python spells them, torch's operators included."""

    printmethod = "_plainly"  # torch's operators have a way of their own to be printed, which is passed over

    def _print_Symbol(self, expr: Any) -> str:
        return str(expr.name)[_PLACE:]

    def _print_Mul(self, expr: Any) -> str:
        return " * ".join(self.parenthesize(part, PRECEDENCE["Mul"]) for part in expr.as_ordered_factors())

    def _between(self, sign: str, expr: Any) -> str:
        return f" {sign} ".join(self.parenthesize(part, PRECEDENCE["Mul"]) for part in expr.args)

    def _print_FloorDiv(self, expr: Any) -> str:
        return self._between("//", expr)

    _print_CleanDiv = _print_FloorDiv

    def _print_Mod(self, expr: Any) -> str:
        return self._between("%", expr)

    _print_PythonMod = _print_Mod

    def _print_IntTrueDiv(self, expr: Any) -> str:
        return self._between("/", expr)

    _print_FloatTrueDiv = _print_IntTrueDiv

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        return f"{self.parenthesize(expr.args[0], PRECEDENCE['Pow'])}**{self.parenthesize(expr.args[1], 0)}"

    _print_PowByNatural = _print_Pow

    def _print_ToFloat(self, expr: Any) -> str:
        return self.doprint(expr.args[0])

    _print_Identity = _print_TruncToFloat = _print_ToFloat

    def _called(self, word: str, expr: Any) -> str:
        return f"{word}({', '.join(self.doprint(part) for part in expr.args)})"

    _print_Max, _print_Min = partialmethod(_called, "max"), partialmethod(_called, "min")
    _print_TruncToInt, _print_RoundToInt = partialmethod(_called, "int"), partialmethod(_called, "round")
    _print_FloorToInt, _print_CeilToInt = partialmethod(_called, "floor"), partialmethod(_called, "ceil")
    _print_OpaqueUnaryFn_sqrt = partialmethod(_called, "sqrt")
    _print_OpaqueUnaryFn_log2 = partialmethod(_called, "log2")


def _said(expr: Any) -> str:
    return _Plain().doprint(expr)


def _text(guard: Any) -> str:
    if isinstance(guard, sympy.Not):
        return f"not ({_text(guard.args[0])})"
    if isinstance(guard, (sympy.And, sympy.Or)):
        word = " and " if isinstance(guard, sympy.And) else " or "
        return word.join(sorted(_text(part) for part in guard.args))
    if not isinstance(guard, sympy.core.relational.Relational):
        return _said(guard)
    sign = next((sign for kind, sign in _SIGNS.items() if isinstance(guard, getattr(sympy, kind))), "==")
    left, right = guard.lhs, guard.rhs
    if sign in ("==", "!=") and right == 0 and type(left).__name__ in ("Mod", "PythonMod"):
        word = "divisible" if sign == "==" else "not divisible"
        over, under = left.args
        common = sympy.Integer(math.gcd(int(over.as_coeff_Mul()[0]), int(under))) if under.is_Integer else 1
        return f"{_said(over / common)} {word} by {_said(under / common)}"
    return _balanced(left, sign, right)


def _balanced(left: Any, sign: str, right: Any) -> str:
    """Say a relation with names on the left, no minus sign, and no number that all of it is a multiple of."""
    terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(left - right))]
    if not all(factor.is_Integer for factor, _ in terms):
        return f"{_said(left)} {sign} {_said(right)}"
    common = reduce(math.gcd, (abs(int(factor)) for factor, _ in terms)) or 1
    terms = [(int(factor) // common, rest) for factor, rest in terms if factor != 0]
    constant = sum(factor for factor, rest in terms if rest == 1)
    terms = sorted(((factor, rest) for factor, rest in terms if rest != 1), key=_place)
    if terms and terms[0][0] < 0:
        terms, constant, sign = [(-factor, rest) for factor, rest in terms], -constant, _MIRRORED[sign]
    ours = [factor * rest for factor, rest in terms if factor > 0]
    theirs = [-factor * rest for factor, rest in terms if factor < 0]
    if not theirs:
        sign, constant = _closed(sign, constant)
    (ours if constant > 0 and theirs else theirs).append(
        sympy.Integer(constant if theirs and constant > 0 else -constant)
    )
    return f"{_sum(ours)} {sign} {_sum(theirs)}"


def _place(term: tuple[int, Any]) -> tuple[str, int, str]:
    """Return where a term stands: by the first of its names, products first."""
    symbols = term[1].free_symbols
    return min(map(str, symbols)), -len(symbols), str(term[1])


def _closed(sign: str, constant: int) -> tuple[str, int]:
    """Say a strict relation of whole numbers by the last number that is in it: `time < 1025` is `time <= 1024`."""
    if sign == "<":
        return "<=", constant + 1
    if sign == ">":
        return ">=", constant - 1
    return sign, constant


def _sum(terms: list[Any]) -> str:
    shown = [term for term in terms if term != 0]
    return " + ".join(_said(term) for term in shown) if shown else "0"
