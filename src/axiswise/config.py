"""Settings: what the command line and `[tool.axiswise]` may say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast


class ConfigError(ValueError):
    """A setting is unknown or has a value that it cannot take."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to check, and how much to say.

    Attributes:
        select: Rules to report, by slug; empty for all.
        ignore: Rules not to report.
        jobs: Targets checked at the same time.
        strict: What could not be checked to its end fails too.
        time_budget: Seconds that one target may take, the search for fixes included.
        annotate: Look for the edits that write what models take into their source.
        cache: Take up what was found of a model before, while nothing that it was found from has changed.
        inputs: Inputs in jaxtyping's grammar (`x: Float[batch time 512]`), where they are not inferred.
        all: Show every fix, not only the best.
        verbose: Show assumptions and inputs.
        format: Name of a renderer.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    jobs: int = 1
    strict: bool = False
    time_budget: float = 60.0
    cache: bool = True
    annotate: bool = False
    inputs: tuple[str, ...] = ()
    all: bool = False
    verbose: bool = False
    format: str = "full"

    def wants(self, rule: str) -> bool:
        """Return whether a rule's findings are to be reported."""
        return rule not in self.ignore and (not self.select or rule in self.select)


_KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}


def settings(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a `[tool.axiswise]` table as arguments of `Options`; dashes in keys stand for underscores.

    Raises:
        ConfigError: A key is unknown, or its value is of another kind or out of range.
    """
    kinds = {field.name: str(field.type) for field in fields(Options)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        kind = kinds.get(name)
        if kind is None:
            known = ", ".join(sorted(known.replace("_", "-") for known in kinds))
            raise ConfigError(f"{where}: unknown setting {key!r}; there are {known}")
        if kind.startswith("tuple"):
            items = cast("list[object]", value) if isinstance(value, list) else [None]
            if not all(isinstance(item, str) for item in items):
                raise ConfigError(f"{where}: {key} takes a list of strings, not {value!r}")
            found[name] = tuple(items)
        elif not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "bool"):
            raise ConfigError(f"{where}: {key} takes a value of type {kind}, not {value!r}")
        elif kind in ("int", "float") and value <= 0:
            raise ConfigError(f"{where}: {key} takes a positive number, not {value!r}")
        else:
            found[name] = value
    return found


def configured(start: Path) -> Options:
    """Return the options that the nearest `pyproject.toml` from a folder upwards gives; the defaults where none does.

    Raises:
        ConfigError: The file is no TOML, or a setting in it is wrong.
        OSError: It cannot be read.
    """
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            document = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: {error}") from error
        table = document.get("tool", {}).get("axiswise")
        if table is not None:
            return replace(Options(), **settings(table, f"{file}: [tool.axiswise]"))
    return Options()
