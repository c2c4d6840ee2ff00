"""Build a module that nobody builds: its arguments from the project's call sites, its defaults, annotations and names.

Every number that had to be chosen is a `Size` of the kind `guess` with the parameter's path as its name, so that a
conflict that goes back to it can ask for another (`Plan.changed`).
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from axiswise.facts import Failure
from axiswise.frontends.absent import absent_package, needs
from axiswise.frontends.torch.models.choosing import Chooser, parameters
from axiswise.frontends.torch.models.demands import asked_of_parts, demanded, missing, whole
from axiswise.frontends.torch.models.guesses import Guesses, Needed
from axiswise.frontends.torch.models.lexicon import meaning
from axiswise.frontends.torch.models.standing_in import Kept, Network, network
from axiswise.frontends.torch.models.surroundings import Surroundings
from axiswise.origin import Size, origin_of
from axiswise.source.callsites import Site
from axiswise.source.evaluating import Unknown
from axiswise.source.frames import way_of

MOST_ROUNDS = 8
"""Attempts at one constructor, each with what the one before asked for."""

MOST_SITES = 3
"""Call sites whose arguments are tried."""

DEEPEST = 5
"""Modules within modules that are built as arguments."""

DEEP = 6
"""Layers that a part is given where fewer may have been too few."""

NAMELESS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Unbuildable(Exception):
    """A module cannot be built. `str()` of it says in one line why, or what to give.

    Args:
        reason: That line.
        as_written: Whether nothing that was given was chosen: what fails then fails with the project's own values.
    """

    def __init__(self, reason: str, *, as_written: bool = False) -> None:
        super().__init__(reason)
        self.as_written = as_written


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the constructor.

    Attributes:
        value: What is given.
        source: `call site train.py:31`, `default` or `guessed`.
    """

    value: Any
    source: str


@dataclass
class Plan:
    """How one class is built.

    Attributes:
        cls: The class.
        around: What can be seen from it.
        pinned: Values that are settled, by path: `d_model`, `config.n_embd`, `encoder.depth`.
        arguments: What the last `built` gave, by parameter.
        assumptions: What the last `built` chose: "`d_model` taken as 64".
        site: The call in the project that the last `built` took its arguments from.
        chosen: The values that the last `built` chose, by path.
        made_up: Whether a layer that does nothing stands in the place of one that only the user knows.
    """

    cls: type
    around: Surroundings
    pinned: Mapping[str, Any] = field(default_factory=dict[str, Any])
    arguments: dict[str, Argument] = field(default_factory=dict[str, Argument], init=False)
    assumptions: tuple[str, ...] = field(default=(), init=False)
    site: Site | None = field(default=None, init=False)
    chosen: Mapping[str, Any] = field(default_factory=dict[str, Any], init=False)
    made_up: bool = field(default=False, init=False)

    def changed(self, path: str, value: Any) -> Plan:
        """Return a plan with another value in the place of a chosen one, or of an item of a chosen list: `dims[2]`."""
        whole, _, place = path.partition("[")
        held = self.chosen.get(whole)
        if place and isinstance(held, (list, tuple)):
            items = list(cast("list[Any]", held))
            items[int(place.rstrip("]"))] = value
            path, value = whole, type(held)(items)  # type: ignore[reportUnknownArgumentType]
        return replace(self, pinned={**self.pinned, path: value})

    def built(self) -> Any:
        """Return an instance.

        Raises:
            Unbuildable: No attempt succeeded.
        """
        first: Unbuildable | None = None
        known = [site for site in self.around.sites(self.cls) if _is_of(site, self.cls)]
        for site in (*known[:MOST_SITES], None):
            try:
                return self._attempted(site)
            except Unbuildable as error:
                first = first or error
        assert first is not None
        raise first

    def _attempted(self, site: Site | None) -> Any:
        pinned = dict(self.pinned)
        tried: list[tuple[str, Any]] = []
        as_elsewhere = True
        for _ in range(MOST_ROUNDS):
            guesses = Guesses(pinned, as_elsewhere=as_elsewhere)
            try:
                instance, self.arguments = _instance(self.cls, "", guesses, self.around, site)
            except Needed as needed:
                raise Unbuildable(_to_give(self.cls, str(needed))) from needed
            except RecursionError as error:
                raise Unbuildable(f"building `{self.cls.__name__}` recurses without end") from error
            except Unbuildable:
                raise
            except Exception as error:  # whatever a constructor raises; it is told
                idle = [path for path, value in guesses.values.items() if type(value) is Kept]
                if isinstance(error, _WITHOUT_LAYERS) and idle:  # it looks into a module that only the user knows
                    pinned.update((path, network(self.cls, self.around.tree(self.cls))) for path in idle)
                    continue
                sources = self.around.project.sources
                asked = demanded(error, sources, tried) or asked_of_parts(error, sources, guesses.values)
                asked = asked or whole(error, guesses.values)
                tried += asked.items()
                if all(path in pinned and pinned[path] == value for path, value in asked.items()):
                    asked = {} if as_elsewhere else _deeper(guesses)
                    if not as_elsewhere and not asked:
                        reason = _told(self.cls, error, self.around)
                        raise Unbuildable(reason, as_written=not guesses.made) from error
                    pinned, tried, as_elsewhere = dict(self.pinned), [], False
                pinned.update(asked)
            else:
                self.pinned, self.site = pinned, site
                self.assumptions = tuple(f"`{path}` taken as {said}" for path, said in guesses.made.items())
                self.chosen = guesses.values
                self.made_up = any(isinstance(value, (Kept, Network)) for value in guesses.values.values())
                return instance
        raise Unbuildable(f"no arguments were found that `{self.cls.__name__}` takes")


def _deeper(guesses: Guesses) -> dict[str, Any]:
    """Return more layers for the parts of a module, which may have been given too few; nothing where they have them."""
    return {
        path: DEEP
        for path, value in guesses.values.items()
        if "." in path and meaning(path) == "depth" and isinstance(value, int) and value < DEEP
    }


_WITHOUT_LAYERS = (StopIteration, IndexError, AttributeError)
"""What asking a module for its first parameter, or for one of its layers, raises where it has none."""


def is_as_written(failure: Failure) -> bool:
    """Return whether a layer was refused numbers of which each is written in the program, and none was chosen."""
    layer = failure.call.layer if failure.call is not None else None
    numbers = [value for value in (layer.settings.values() if layer is not None else ()) if type(value) in (int, Size)]
    origins = [origin_of(value) for value in numbers if cast("int", value) > 1]
    return bool(origins) and all(origin is not None and not origin.guesses() for origin in origins)


def plan(cls: type, around: Surroundings, pinned: Mapping[str, Any] | None = None) -> Plan:
    """Return how a class is to be built; nothing is run yet."""
    return Plan(cls, around, dict(pinned or {}))


def _instance(
    cls: type,
    path: str,
    guesses: Guesses,
    around: Surroundings,
    site: Site | None = None,
    extra: tuple[str, ...] = (),
    within: tuple[type, ...] = (),
) -> tuple[Any, dict[str, Argument]]:
    if cls in within or len(within) >= DEEPEST:
        raise Needed(path)

    def build(other: type, place: str) -> Any:
        known = around.sites(other) if guesses.as_elsewhere else ()
        whole = next((each for each in known if _fills(each, other)), None)
        return _instance(other, place, guesses, around, whole, (), (*within, cls))[0]

    listed = list(parameters(cls))
    given: dict[str, Argument] = _bound(site, listed) if site is not None else {}
    chooser = Chooser(cls, path, guesses, around, build)
    known = {each.name: each.default for each in listed if each.default is not inspect.Parameter.empty}
    known.update({name: argument.value for name, argument in given.items()})
    annotations = {each.name: each.annotation for each in listed}
    wanted = [each.name for each in listed if each.kind not in NAMELESS and each.default is inspect.Parameter.empty]
    settled = [name for name in annotations if (f"{path}.{name}" if path else name) in guesses.pinned]
    if path and _takes_more(cls):
        settled += [each.rpartition(".")[2] for each in guesses.pinned if each.rpartition(".")[0] == path]
    for name in dict.fromkeys((*wanted, *settled, *extra)):
        if name not in given:
            value = chooser.value(name, annotations.get(name, inspect.Parameter.empty), known)
            given[name] = Argument(value, "guessed")
            known[name] = value
    only = [each.name for each in listed if each.kind is inspect.Parameter.POSITIONAL_ONLY and each.name in given]
    named = {name: argument.value for name, argument in given.items() if name not in only}
    try:
        return cls(*(given[name].value for name in only), **named), given
    except (TypeError, KeyError, AssertionError, ValueError) as error:
        named_so = missing(error, around.project.sources)
        lacking = [name for name in named_so if name not in given]
        if not lacking and _takes_more(cls):  # it was given, but is looked for among the arguments of a part
            extra = tuple(name for name in extra if name not in named_so)
            for name in named_so:
                guesses.made.pop(f"{path}.{name}" if path else name, None)
            ahead = [f"{prefix}{name}" for name in named_so for prefix in chooser.prefixes()]
            lacking = [name for name in ahead if name not in given]
        if not lacking or not (_takes_more(cls) or lacking[0] in annotations):
            raise
    return _instance(cls, path, guesses, around, site, (*extra, *lacking), within)


def _bound(site: Site, listed: list[inspect.Parameter]) -> dict[str, Argument]:
    """Return the arguments that a call site gives and whose values are known."""
    by_place = [each.name for each in listed if each.kind not in NAMELESS and each.kind.name != "KEYWORD_ONLY"]
    pairs = {**dict(zip(by_place, site.positional, strict=False)), **site.named}
    any_name = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in listed)
    names = {each.name for each in listed}
    return {
        name: Argument(value, f"call site {site.place}")
        for name, value in pairs.items()
        if not isinstance(value, Unknown) and (any_name or name in names)
    }


def _is_of(site: Site, cls: type) -> bool:
    """Return whether a call site can be one of a class: it gives nothing that the class does not take."""
    listed = list(parameters(cls))
    kinds = {each.kind for each in listed}
    places = sum(each.kind not in NAMELESS and each.kind.name != "KEYWORD_ONLY" for each in listed)
    fits = inspect.Parameter.VAR_POSITIONAL in kinds or len(site.positional) <= places
    return fits and (inspect.Parameter.VAR_KEYWORD in kinds or site.named.keys() <= {each.name for each in listed})


def _fills(site: Site, cls: type) -> bool:
    """Return whether a call site gives every argument that a class asks for."""
    listed = list(parameters(cls))
    wanted = {each.name for each in listed if each.kind not in NAMELESS and each.default is inspect.Parameter.empty}
    return _is_of(site, cls) and wanted <= _bound(site, listed).keys()


def _takes_more(cls: type) -> bool:
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters(cls))


def _to_give(cls: type, path: str) -> str:
    name = path.partition(".")[0]
    return f"needs `{path}`, which cannot be guessed: write a call `{cls.__name__}({name}=...)` in the project"


def _told(cls: type, error: Exception, around: Surroundings) -> str:
    """Return one line for what a constructor raised."""
    text = next(iter(str(error).splitlines()), "")
    if (package := absent_package(error)) is not None:
        return needs(package)
    if isinstance(error, OSError) and error.filename:
        return f"needs the file {os.path.basename(str(error.filename))}"
    line = ""
    for place in way_of(error):
        path = place.tb_frame.f_code.co_filename
        if path in around.project.files:
            line = f" at line {place.tb_lineno} of {os.path.basename(path)}"
    return f"building `{cls.__name__}` stopped{line}: {type(error).__name__}: {text}"[:300]
