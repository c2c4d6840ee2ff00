"""Packages that are not installed: a program that imports one runs as far as it can do without it.

Such an import gives a placeholder. What is called of it returns another, and is passed over; what would need a value of
it raises what the import would have raised. Imports that the program itself guards fail as they always do.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NoReturn

from axiswise.source.frames import UserCode
from axiswise.source.text import SourceFile

_MACHINERY = "<frozen importlib._bootstrap"

_GUARDS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})

PASSED_OVER: dict[str, None] = {}
"""Packages of which something was called, in the order of their last call."""


class NotInstalled:
    """Something of a package that is not installed."""

    _package: str

    def __init__(self, package: str) -> None:
        self.__dict__["_package"] = package

    def __getattr__(self, name: str) -> NotInstalled:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__.setdefault(name, NotInstalled(self._package))  # the same each time, as of a real one

    def __call__(self, *given: object, **named: object) -> NotInstalled:
        PASSED_OVER.pop(self._package, None)
        PASSED_OVER[self._package] = None
        return self

    def __setattr__(self, name: str, value: object) -> None:
        """Settings of what is not there change nothing."""

    def __setitem__(self, key: object, value: object) -> None:
        """As attributes."""

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (_base(self._package),)

    # In an annotation nothing of it is needed.
    def __or__(self, other: object) -> NotInstalled:
        return self

    def __getitem__(self, key: object) -> NotInstalled:
        return self

    __ror__ = __or__

    def _needed(self, *given: object, **named: object) -> NoReturn:
        raise _lacking(self._package)

    __bool__ = __len__ = __iter__ = __next__ = __contains__ = _needed
    __int__ = __float__ = __index__ = __complex__ = __array__ = __torch_function__ = _needed
    __add__ = __sub__ = __mul__ = __matmul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = _needed
    __radd__ = __rsub__ = __rmul__ = __rmatmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = _needed
    __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __enter__ = __await__ = __fspath__ = _needed

    def __exit__(self, *given: object) -> None:
        """Never reached; `with` asks for it before it enters."""


class _Placeholder(types.ModuleType):
    """A module of a package that is not installed, or one that could not be imported without it."""

    def __getattr__(self, name: str) -> NotInstalled:
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return self.__dict__.setdefault(name, NotInstalled(self.__dict__["axiswise_package"]))


def _lacking(package: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"No module named {package!r}", name=package)


def absent() -> list[str]:
    """Return the packages that were imported and are not installed, those first of which something was called."""
    loaded = [each for each in sys.modules.copy().values() if type(each) is _Placeholder]  # `__class__` loads them
    placed = (each.__dict__["axiswise_package"] for each in loaded)
    return list(dict.fromkeys((*reversed(PASSED_OVER), *placed)))


def absent_package(error: BaseException) -> str | None:
    """Return the package whose absence raised an exception; None where it is about another thing."""
    if isinstance(error, ModuleNotFoundError):
        return error.name
    if NotInstalled.__name__ not in str(error):
        return None
    return next(iter(absent()), None)


def needs(package: str) -> str:
    """Return the line that tells of a package that is not installed."""
    return f"needs the package {package}, which is not installed"


@cache
def _base(package: str) -> type:
    def refuse(*given: object, **named: object) -> NoReturn:
        raise _lacking(package)

    return type(NotInstalled.__name__, (), {"__new__": refuse})


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds, after everything else did not, what the user's files import of packages that are not installed."""

    def __init__(self, user: UserCode) -> None:
        self.user = user

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        package = fullname.partition(".")[0]
        known = sys.modules.get(package)
        if package in sys.stdlib_module_names or not (known is None or type(known) is _Placeholder):
            return None
        if (known is None and _is_there(package)) or not self.is_asked_by_the_program(directly=False):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return types.ModuleType(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        stand_in_for(module, module.__name__.partition(".")[0])

    def is_asked_by_the_program(self, *, directly: bool) -> bool:
        """Return whether a line of the user's imports it, and none awaits its failure.

        Args:
            directly: A library's module that the user's line imports does not count for the user.
        """
        frame: types.FrameType | None = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
        is_users = False
        while frame is not None:
            path, is_own = frame.f_code.co_filename, self.user.owns(frame.f_code)
            if not path.startswith((_MACHINERY, __file__)):
                if not (is_own or is_users) and (directly or frame.f_code.co_name != "<module>"):
                    return False
                if (is_own or not is_users) and self._awaits_failure(path, frame.f_lineno):
                    return False
                is_users |= is_own
            frame = frame.f_back
        return is_users

    def _awaits_failure(self, path: str, line: int) -> bool:
        source = self.user.sources.file(path)
        return source is not None and any(line in lines for lines in _guarded(source))


def stand_in_for(module: types.ModuleType, package: str) -> None:
    """Let a module answer for what it has not, as a part of a package that is not installed."""
    module.__class__ = _Placeholder
    module.__dict__.update(axiswise_package=package, __all__=[])


def _is_there(package: str) -> bool:
    finders = (finder for finder in sys.meta_path if not isinstance(finder, Absent))
    return any(finder.find_spec(package, None) for finder in finders)


class Lenient(importlib.machinery.SourceFileLoader):
    """Loads a library's module for the user's file; one that lacks a package leaves a placeholder."""

    def exec_module(self, module: types.ModuleType) -> None:
        try:
            super().exec_module(module)
        except ImportError as error:
            stand_in_for(module, error.name or module.__name__)


@cache
def _guarded(source: SourceFile) -> tuple[range, ...]:
    """Return the lines of a file whose failing imports the program handles."""
    return tuple(_lines(source.tree))


def _lines(tree: ast.AST) -> Iterator[range]:
    for node in ast.walk(tree):
        caught: list[ast.expr | None] = []
        if isinstance(node, ast.Try):
            caught = [handler.type for handler in node.handlers]
        elif isinstance(node, ast.With):
            caught = [item.context_expr for item in node.items]
        if isinstance(node, (ast.Try, ast.With)) and any(_catches(each) for each in caught):
            yield _of(node.body)


def _of(body: Sequence[ast.stmt]) -> range:
    return range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1)


def _catches(caught: ast.expr | None) -> bool:
    names = {each.id for each in ast.walk(caught) if isinstance(each, ast.Name)} if caught is not None else _GUARDS
    return bool(names & _GUARDS)
