"""Keep an abstract run going: values that shapes do not give are decided, loops end when they show nothing new.

Every decision is listed as an assumption. Framework-free: a frontend reports what it runs through `saw`.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import FrameType
from typing import Any, ClassVar

from axiswise.frontends.gathering import Gathered, fills, remaining
from axiswise.origin import as_plain_numbers
from axiswise.source.frames import UserCode, current

PATIENCE = 3.0
"""Seconds a loop may run without anything new before it is left, training or not."""

WARMING_UP = 15.0
"""The same while a program that trains has made no step yet: it may be filling a memory to learn from."""

LIBRARY_PATIENCE = 3
"""How often a library asks one thing before the answer is yes: sampling goes on until every sequence has ended."""

LINGERING, LINGERING_FOR = 10, 0.5
"""Quiet rounds that a `while` loop is still given, and seconds: it counts its own rounds, and none can be left out."""

DRAINING = 2.0
"""Seconds a stream of unknown length is read on after its loop went quiet: its last item may be a smaller batch."""

SKIPPED_TO = (9, 19, 49, 99, 100, 199, 200, 499, 500, 999, 1000)
"""Rounds still visited after a loop went quiet: where `(epoch + 1) % 10 == 0`, `step % 4 == 0` and the like hold."""


class Steering:
    """Decisions about one run."""

    def __init__(
        self,
        user: UserCode,
        flipped: frozenset[tuple[str, int]] = frozenset(),
        machinery: tuple[str, ...] = (),
        patience: float = PATIENCE,
        draining: float = 0.0,
    ) -> None:
        self.user = user
        self.patience = patience
        self.draining = draining
        self._drained: set[tuple[str, int]] = set()
        self.machinery = machinery
        self.flipped = flipped
        self.assumptions: dict[str, None] = {}
        self.decided: dict[tuple[str, int], int] = {}
        self.asked: dict[tuple[str, int], int] = {}
        self.seen: set[object] = set()
        self.operations = 0
        self.steps = 0
        self._written: dict[tuple[str, int], list[ast.AST]] = {}
        self._generating: dict[tuple[str, int], bool] = {}
        self._while_rounds: dict[tuple[str, int], tuple[FrameType | None, int, int, float, int]] = {}

    # -- what the frontend reports ------------------------------------------------------------------------------------
    def saw(self, signature: object) -> None:
        """Count an operation; a signature (place, op, shapes) not seen before is news."""
        self.operations += 1
        self.seen.add(signature)

    def trained(self) -> None:
        """Count a backward pass or an optimiser's step: the loop around it is a training loop."""
        self.steps += 1

    def assume(self, text: str) -> None:
        """List an assumption once."""
        self.assumptions.setdefault(text)

    # -- unknown truth values -----------------------------------------------------------------------------------------
    def decide(self, what: str) -> bool:
        """Decide an unknown truth value for the user's line that asks.

        The first visit of a line takes the branch, the second does not, and so on, except that a branch that only
        raises or leaves is not taken, and an assertion holds. A library's own branch is taken every third time: its
        loops end by one.
        """
        frame = asking(current(), self.machinery)
        if frame is None:
            return False
        key = (frame.f_code.co_filename, frame.f_lineno)
        if not self.user.owns(frame.f_code):
            favoured = self._favoured(*key)
            if favoured is not None:
                return favoured
            self.asked[key] = self.asked.get(key, 0) + 1
            return self.asked[key] % LIBRARY_PATIENCE == 0
        visits = self.decided.get(key, 0)
        self.decided[key] = visits + 1
        favoured = self._favoured(*key)
        answer = favoured if favoured is not None else visits % 2 == 0
        if key in self.flipped and visits == 0:
            answer = not answer
        self.assume(f"{what} at line {key[1]} taken as {answer}" + (", then as the opposite" if visits else ""))
        return answer

    def _favoured(self, path: str, line: int) -> bool | None:
        source = self.user.sources.file(path)
        if source is None:
            return None
        for node in ast.walk(source.tree):
            test = getattr(node, "test", None)
            if not isinstance(test, ast.expr) or not test.lineno <= line <= (test.end_lineno or test.lineno):
                continue
            negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
            if isinstance(node, ast.Assert):
                return not negated
            if isinstance(node, ast.If):
                if _leaves(node.body):
                    return negated
                if _leaves(node.orelse):
                    return not negated
        return None

    # -- loops --------------------------------------------------------------------------------------------------------
    def rounds(self, iterable: Iterable[Any], key: tuple[str, int]) -> Iterator[Any]:
        """Yield a `for` loop's items for as long as they bring something new (see `LoopGuard`)."""
        if self._yields(key):
            yield from iterable  # whoever takes what it yields decides how long it goes on
            return
        iterator = iter(iterable)
        gathered = Gathered(self._loops(key), current().f_back)
        total = len(iterable) if isinstance(iterable, (Sequence, range)) else remaining(iterator)
        began, done, position = time.monotonic(), 0, 0
        wanted = iter(sorted({*SKIPPED_TO, total - 1} if total else set(SKIPPED_TO)))
        skipping = False
        for item in iterator:
            before = len(self.seen), self.operations, self.steps
            yield item
            done += 1
            position += 1
            if self.operations == before[1] and not skipping:
                continue  # plain Python: it runs to its end
            if len(self.seen) > before[0] and not skipping:
                began = time.monotonic()
                continue
            if self.steps == before[2] and (time.monotonic() - began < self._patience(key) or self._gathers(key)):
                continue
            skipping = True
            target = next((index for index in wanted if index >= position), None)
            if target is None or total is None or target >= total:
                if total is None and self.draining and key not in self._drained:
                    self._drained.add(key)
                    yield from self._last(iterator)
                break
            position += sum(1 for _ in islice(iterator, target - position))
        if skipping and (total is None or done < total):
            of = f" of {total}" if total is not None else ""
            self.assume(f"the loop at line {key[1]} was run for {done}{of} rounds: no further one brought anything new")
            gathered.complete(done, total - done if total else 0)

    def _last(self, stream: Iterator[Any]) -> Iterator[Any]:
        """Yield the last item of a stream that ends in time."""
        began, last = time.monotonic(), list[Any]()
        for item in stream:
            last = [item]
            if time.monotonic() - began > self.draining:
                return
        yield from last

    def another_round(self, condition: object, key: tuple[str, int]) -> bool:
        """Return whether a `while` loop goes round again (see `LoopGuard`)."""
        if not condition:
            self._while_rounds.pop(key, None)
            return False
        if self._yields(key):
            return True
        now = time.monotonic()
        frame = asking(current(), self.machinery)
        anew = (frame, -1, self.steps, now, 0)
        known = self._while_rounds.get(key, anew)
        _, seen, steps, since, rounds = known if known[0] is frame else anew  # else another call of its function
        quiet = seen == len(self.seen) and self.operations > 0
        lingered = rounds >= LINGERING or now - since > LINGERING_FOR
        if quiet and ((self.steps > steps and lingered) or now - since > self._patience(key)):
            self._while_rounds.pop(key, None)
            self.assume(f"the loop at line {key[1]} was left: no further round brought anything new")
            return False
        if not quiet:
            steps, since, rounds = self.steps, now, -1
        self._while_rounds[key] = (frame, len(self.seen), steps, since, rounds + 1)
        return True

    def _patience(self, key: tuple[str, int]) -> float:
        """Return how many seconds a loop may bring nothing new."""
        source = self.user.sources.file(key[0]) if not self.steps else None
        is_to_train = source is not None and ".backward(" in source.text
        return max(self.patience, WARMING_UP) if is_to_train else self.patience

    def _yields(self, key: tuple[str, int]) -> bool:
        """Return whether a loop of the user's is a generator's."""
        known = self._generating.get(key)
        if known is None:
            known = self._generating[key] = any(_is_of_generator(node) for node in self._loops(key))
        return known

    def _gathers(self, key: tuple[str, int]) -> bool:
        """Return whether a loop over real arrays fills a list: its length is what comes next."""
        return self.draining > 0 and any(map(fills, self._loops(key)))

    def _loops(self, key: tuple[str, int]) -> list[ast.AST]:
        known = self._written.get(key)
        if known is None:
            source = self.user.sources.file(key[0])
            nodes = ast.walk(source.tree) if source is not None else ()
            loops = (ast.For, ast.AsyncFor, ast.While)
            known = self._written[key] = list[ast.AST]()
            known += [node for node in nodes if isinstance(node, loops) and node.lineno == key[1]]
        return known


def _is_of_generator(loop: ast.AST) -> bool:
    """Return whether a loop holds a `yield` of its own function."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    for child in ast.iter_child_nodes(loop):
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, inner) and _is_of_generator(child):
            return True
    return False


def asking(frame: FrameType | None, machinery: tuple[str, ...]) -> FrameType | None:
    """Return the nearest frame outwards that is neither axiswise's own nor of the framework's machinery."""
    passed = ("axiswise.", *machinery)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(passed):
        frame = frame.f_back
    return frame


def _leaves(body: list[ast.stmt]) -> bool:
    """Return whether a branch ends by raising or leaving the program."""
    for statement in body:
        if isinstance(statement, ast.Raise):
            return True
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            if ast.unparse(statement.value.func) in ("exit", "quit", "sys.exit", "os._exit"):
                return True
    return False


class _Guess:
    """A number that was read off an abstract tensor: usable as one, undecided when compared.

    Attributes:
        numbers: Kinds of numbers that it can be compared with; a frontend adds its own.
    """

    steering: Steering
    what: str
    numbers: ClassVar[tuple[type, ...]] = (int, float)

    def _compare(self, other: object) -> Any:
        if not isinstance(other, self.numbers):
            return NotImplemented
        return self.steering.decide(self.what)

    __lt__ = __le__ = __gt__ = __ge__ = _compare
    __array_ufunc__ = as_plain_numbers


class GuessFloat(_Guess, float):
    """A float whose value is not known."""

    def __new__(cls, value: float, steering: Steering, what: str) -> GuessFloat:
        self = super().__new__(cls, value)
        self.steering, self.what = steering, what
        return self

    def _kept(name: str) -> Any:  # type: ignore[misc]
        operate = getattr(float, name)

        def kept(self: GuessFloat, other: Any) -> Any:
            result = operate(self, other)
            return GuessFloat(result, self.steering, self.what) if isinstance(result, float) else result

        return kept

    __add__, __radd__, __sub__, __rsub__ = _kept("__add__"), _kept("__radd__"), _kept("__sub__"), _kept("__rsub__")
    __mul__, __rmul__, __truediv__ = _kept("__mul__"), _kept("__rmul__"), _kept("__truediv__")

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return (float, (float(self),))


class GuessInt(_Guess, int):
    """A whole number whose value is not known."""

    def __new__(cls, value: int, steering: Steering, what: str) -> GuessInt:
        self = super().__new__(cls, value)
        self.steering, self.what = steering, what
        return self

    def _kept(name: str) -> Any:  # type: ignore[misc]
        on_int, on_float = getattr(int, name), getattr(float, name)

        def kept(self: GuessInt, other: Any) -> Any:
            result = on_float(float(self), other) if isinstance(other, float) else on_int(self, other)
            if isinstance(result, float):
                return GuessFloat(result, self.steering, self.what)
            return GuessInt(result, self.steering, self.what) if isinstance(result, int) else result

        return kept

    __add__, __radd__, __sub__, __rsub__ = _kept("__add__"), _kept("__radd__"), _kept("__sub__"), _kept("__rsub__")
    __mul__, __rmul__, __truediv__ = _kept("__mul__"), _kept("__rmul__"), _kept("__truediv__")

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return (int, (int(self),))
