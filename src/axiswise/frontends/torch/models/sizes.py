"""The symbols of one symbolic run, and what torch relied on of them.

torch proves what it can of a question about sizes before it guards it, and makes every later size simpler by what it
learnt: most of a symbolic run's time goes there. Here the sizes that the run goes by answer, and the question is noted
as it is; what holds for all sizes anyway is seen when relations are compared at sizes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, cast

import sympy as _sympy
import torch
from torch.fx.experimental import _config, symbolic_shapes
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv
from torch.utils._sympy.functions import Mod, PythonMod

import axiswise

sympy: Any = _sympy

_TORCH = os.path.dirname(torch.__file__)
_OWN = os.path.dirname(axiswise.__file__)

COUNTED = 3
"""How many elements a mask is taken to select, where torch has to know and the values do not say."""


class SymbolicSizes(ShapeEnv):
    """The symbols of one run.

    Attributes:
        names: Axis names by symbols.
        defined: Sizes that padding made, by the symbols that stand for them: they would make all that follows long.
        noted: What was relied on, in order; True where torch did, not the user's code.
        granted: What was taken for granted where torch says that it may be.
    """

    def __init__(self) -> None:
        super().__init__(duck_shape=False)
        self.names: dict[str, str] = {}
        self.defined: dict[Any, Any] = {}
        self.noted: dict[Any, bool] = {}
        self.granted: dict[Any, None] = {}

    def symbol(self, name: str, size: int) -> Any:
        """Return a new symbol with a size to decide by."""
        made = self._made(name, size)
        self.names[str(made.node.expr)] = name
        return made

    def _made(self, name: str, size: int) -> Any:
        from torch._dynamo.source import ConstantSource

        source = ConstantSource(f"{name}_size")
        made: Any = cast("Any", self).create_symbol(size, source, dynamic_dim=DimDynamic.DYNAMIC, constraint_dim=None)
        return cast("Any", self).create_symintnode(made, hint=size, source=source)

    def _get_stack_summary(self, is_debug: bool = False, framework_loc: str | None = None) -> Any:
        """Say no line for what torch decides: to look for one, it would load its exporter and compiler first."""
        return cast("Any", super())._get_stack_summary(is_debug, framework_loc or "axiswise")

    def renamed(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a padded tensor with symbols in the place of sizes that were rounded up to a multiple."""
        sizes = [self._renamed(size) for size in tensor.shape]
        same = all(one is other for one, other in zip(sizes, tensor.shape, strict=True))
        return tensor if same else tensor.new_empty(sizes)

    def _renamed(self, size: Any) -> Any:
        if not isinstance(size, torch.SymInt):
            return size
        node: Any = cast("Any", size).node
        expr, hint = node.expr, node.hint
        if not expr.has(Mod, PythonMod) or hint is None or hint < 2:
            return size
        known = next((symbol for symbol, meant in self.defined.items() if meant == expr), None)
        if known is not None:
            return cast("Any", self).create_symintnode(known, hint=hint)
        made = self._made(f"padded{len(self.defined)}", hint)
        self.defined[made.node.expr] = expr
        self.granted[expr >= 2] = None
        return made

    def create_unbacked_symint(self, *args: Any, **kwargs: Any) -> Any:
        """Return a size that only values give, with a number to decide by where it is asked for."""
        made: Any = cast("Any", super()).create_unbacked_symint(*args, **kwargs)
        cast("Any", self).set_real_tensor_prop_unbacked_vals(made.node.expr, COUNTED)
        return made

    # -- questions -----------------------------------------------------------------------------------------------------
    def evaluate_sym_node(self, sym_node: Any, size_oblivious: bool = False, fallback_value: bool | None = None) -> Any:
        """Answer by the sizes that the run goes by, and note the question; without such sizes, torch answers."""
        expr, hint = sym_node.expr, sym_node.hint
        if not isinstance(hint, (bool, int)) or isinstance(hint, torch.SymInt):
            return cast("Any", super()).evaluate_sym_node(sym_node, size_oblivious, fallback_value)
        if expr.free_symbols and not self._suppress_guards_tls():
            self._note(expr if hint is True else sympy.Not(expr) if hint is False else sympy.Eq(expr, hint))
        return sympy.sympify(hint)

    def _note(self, relation: Any) -> None:
        if relation is sympy.true or relation in self.noted:
            return
        self.noted[relation] = _is_asked_by_torch()
        if isinstance(relation, sympy.Eq):
            left, right = relation.args
            for one, other in ((left, right), (right, left)):
                if one.is_Symbol and (other.is_Integer or other.is_Symbol):
                    cast("Any", self)._set_replacement(one, other, "noted")
                    break

    def decide(self, question: Any, usual: bool) -> bool:
        """Answer a question of which torch says what the answer is to be where it is not known: `guard_or_false`."""
        expr, hint = question.node.expr, question.node.hint
        if hint is None:
            known = symbolic_shapes._static_eval_sym_bool(question)  # pyright: ignore[reportPrivateUsage]
            if known is not None:
                return known
        elif hint != usual or not expr.free_symbols:
            return bool(question)
        self.granted[expr if usual else sympy.Not(expr)] = None
        return usual

    # -- what was relied on --------------------------------------------------------------------------------------------
    def relied_on(self) -> Iterator[Any]:
        """Yield what was relied on, as expressions."""
        yield from (relation for relation, of_torch in self.noted.items() if not (of_torch and _is_not_one(relation)))
        yield from (guard.expr for guard in self.guards)

    def doubts(self) -> Iterator[Any]:
        """Yield what was taken for granted: also that what torch's own functions see has not just one element."""
        yield from self.granted
        yield from (relation for relation, of_torch in self.noted.items() if of_torch and _is_not_one(relation))


def _is_asked_by_torch() -> bool:
    """Return whether the innermost code that is not torch's is this package's, which runs torch's functions."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(_TORCH) or frame.f_code.co_filename == __file__
    ):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(_OWN)


def _is_not_one(relation: Any) -> bool:
    """Return whether a relation says that a size, or a factor of one, is not 1: sizes are never 0."""
    if isinstance(relation, sympy.Ne):
        left, right = relation.args
        return any(
            (one / other).as_numer_denom()[1] == 1 for one, other in ((left, right), (right, left)) if other != 0
        )
    return isinstance(relation, sympy.StrictGreaterThan) and relation.rhs == 1


@contextmanager
def granting(env: SymbolicSizes) -> Generator[None]:
    """Note what is taken for granted, and take it, where torch would add a guard for each size of 1 on the way."""
    was: Any = symbolic_shapes._guard_or  # pyright: ignore[reportPrivateUsage]

    def decided(question: Any, usual: bool) -> bool:
        return env.decide(question, usual) if isinstance(question, torch.SymBool) else question

    symbolic_shapes._guard_or = decided  # pyright: ignore[reportPrivateUsage]
    try:
        with cast("Any", _config).patch(backed_size_oblivious=True):
            yield
    finally:
        symbolic_shapes._guard_or = was  # pyright: ignore[reportPrivateUsage]
