"""The classes around a module: the names its file can see, and the classes of the project, by what they provide."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from types import ModuleType
from typing import Any

import torch

from axiswise.source.callsites import Site, calls_of, class_around, sites
from axiswise.source.evaluating import Evaluator
from axiswise.source.examples import Example, examples
from axiswise.source.leaving_out import Leniency
from axiswise.source.project import Project, module_name
from axiswise.source.settings import FileSettings, settings_of
from axiswise.source.usage import attributes_set

OF_EVERY_MODULE = frozenset(dir(torch.nn.Module())) | {"training"}
"""Attributes that say nothing about a module's class."""


LAYERS: tuple[Any, ...] = (torch.nn.Linear, torch.nn.Embedding, torch.nn.Conv2d)
"""Layers of the library's that are taken apart by their attributes."""


class Surroundings:
    """What can be seen from a module that is to be built.

    Args:
        project: The files around it.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.evaluator = Evaluator(project, names_of, _of_package)

    @cached_property
    def settings(self) -> tuple[FileSettings, ...]:
        """What the project's command lines and files of settings set by name."""
        return settings_of(self.project)

    def tree(self, cls: type) -> ast.ClassDef | None:
        """Return a class' syntax tree, or None where its source is not at hand."""
        try:
            path = inspect.getsourcefile(cls)
        except TypeError:  # a class that is not written in Python
            return None
        source = self.project.sources.file(path) if path else None
        for node in ast.walk(source.tree) if source is not None else ():
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                return node
        return None

    def sites(self, cls: type) -> tuple[Site, ...]:
        """Return the calls of a class in the project, the most telling first."""
        path = getattr(sys.modules.get(cls.__module__), "__file__", None)
        if path is None or path not in self.project.files:
            return ()
        return sites(cls.__name__, path, self.evaluator)

    def callers(self, cls: type) -> Iterator[tuple[str, str]]:
        """Yield the classes of the project in whose text a class is called: file and name."""
        path = getattr(sys.modules.get(cls.__module__), "__file__", None)
        for source, call in calls_of(cls.__name__, path, self.evaluator) if path in self.project.files else ():
            owner = class_around(source, call)
            if owner is not None:
                yield source.path, owner.name

    def builders(self, cls: type) -> Iterator[type]:
        """Yield the module classes of the project in which a class is called."""
        for path, name in self.callers(cls):
            found = _imported(path, name)
            if found is not None and issubclass(found, torch.nn.Module) and found is not cls:
                yield found

    def examples(self, thing: Any, site: Site | None) -> tuple[Example, ...]:
        """Return the project's calls of a class' instances, or of a function; those of a site marked, and first."""
        path = getattr(sys.modules.get(thing.__module__), "__file__", None)
        if path is None or path not in self.project.files:
            return ()
        is_class = isinstance(thing, type)
        found = examples(thing.__name__, path, self.evaluator, is_class=is_class)
        marked = (
            replace(each, is_of_site=not is_class or (site is not None and each.built == site.span)) for each in found
        )
        return tuple(sorted(marked, key=lambda each: not each.is_of_site))

    def modules_with(self, attributes: set[str], user: type) -> Iterator[type]:
        """Yield module classes that have some attributes, those that their user can see first."""
        wanted = attributes - OF_EVERY_MODULE
        if not wanted:
            return
        plain = next((each for each in LAYERS if wanted <= {*each.__constants__, "weight", "bias"}), None)
        if plain is not None:
            yield plain
        seen = sys.modules[user.__module__].__dict__
        for each in list(seen.values()):
            if isinstance(each, type) and issubclass(each, torch.nn.Module) and each is not user:
                if wanted <= self._provided(each):
                    yield each
        for path, node in self._classes(wanted, seen):
            if wanted <= attributes_set(node) and (found := _imported(path, node.name)) is not None:
                if issubclass(found, torch.nn.Module) and found is not user:
                    yield found

    def configuration_with(self, attributes: set[str], user: type) -> type | None:
        """Return the smallest class of fields that a module can see, with some fields; None where there is none."""
        seen: list[Any] = [each for each in vars(sys.modules[user.__module__]).values() if isinstance(each, type)]
        found: list[type[Any]] = [
            each for each in seen if not issubclass(each, torch.nn.Module) and attributes <= self._provided(each)
        ]
        return min(found, key=lambda each: len(self._provided(each)), default=None) if attributes else None

    def _provided(self, cls: type) -> set[str]:
        trees = [self.tree(each) for each in cls.__mro__ if each.__module__ == cls.__module__]
        return {name for tree in trees if tree is not None for name in attributes_set(tree)}

    def _classes(self, wanted: set[str], seen: Mapping[str, Any]) -> Iterator[tuple[str, ast.ClassDef]]:
        """Yield the classes of the project's files that speak of an attribute; of files imported already, first."""
        if not wanted:
            return
        near = {getattr(sys.modules.get(getattr(each, "__module__", "")), "__file__", None) for each in seen.values()}
        files = sorted(self.project.mentioning(max(wanted, key=len)), key=lambda file: file.path not in near)
        for source in files:
            for node in source.tree.body:
                if isinstance(node, ast.ClassDef):
                    yield source.path, node


def defined(file: str, name: str, leniency: Leniency) -> Any:
    """Return what a file defines by a name, the file imported as a module of its package.

    Raises:
        Exception: What the file's statements raised, where that is why nothing has the name.
    """
    try:
        return _imported_from(file, name)
    except (AttributeError, ImportError) as error:
        raise next(iter(leniency.failed.values()), error) from error


def _imported_from(file: str, name: str) -> Any:
    module, folder = module_name(file)
    if folder != sys.path[0]:
        sys.path.insert(0, folder)
    found: Any = importlib.import_module(module)
    if os.path.realpath(_file(found) or "") != os.path.realpath(file):
        found = _by_path(file, module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _by_path(file: str, module: str) -> ModuleType:
    """Return a file's module where another one has its name (`types.py`): under one that nobody asks for."""
    apart = f"{module} of {file}"
    if apart not in sys.modules:
        finders = (finder.find_spec(module, [os.path.dirname(file)]) for finder in sys.meta_path)
        spec = next(spec for spec in finders if spec is not None and spec.origin == file)
        loader: Any = spec.loader
        spec.name = loader.name = apart
        sys.modules[apart] = made = importlib.util.module_from_spec(spec)
        loader.exec_module(made)
    return sys.modules[apart]


def names_of(path: str) -> Mapping[str, Any] | None:
    """Return the names of a file's module, or None where it was not imported."""
    module = next((each for each in sys.modules.copy().values() if _file(each) == path), None)
    return module.__dict__ if module is not None else None


def _of_package(path: str) -> Mapping[str, Any] | None:
    """Return the names of a package's file, imported for it: such a file is there to be imported."""
    name = module_name(path)[0]
    if "." not in name or name.rpartition(".")[2].startswith(("test", "__main__", "setup", "conf")):
        return None
    try:
        return importlib.import_module(name).__dict__
    except (Exception, SystemExit):  # a file of the project that nobody asked for; it may do anything
        return None


def _file(module: ModuleType) -> str | None:
    return getattr(module, "__file__", None)


def _imported(path: str, name: str) -> type | None:
    space = names_of(path)
    if space is None:
        module, folder = module_name(path)
        sys.path += [folder] if folder not in sys.path else []  # last: what is found without it stays what it is
        try:
            importlib.import_module(module)
        except Exception:  # a file of the project that nobody asked for; it may do anything
            return None
        space = names_of(path) or {}
    found = space.get(name)
    return found if isinstance(found, type) else None
