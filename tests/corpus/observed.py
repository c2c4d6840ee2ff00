"""Programs of Keras, TensorFlow and NumPy, and how each really ends: `python -m tests.corpus.observed [--record]`.

Every folder named in `FOLDERS` holds `broken/*.py`, `right/*.py` and a `manifest.json`:

    {"broken": {FILE: {"lines": [...], "rules": [...], "fix": bool, "ends": {BACKEND: {"type", "line", "message"}}}},
     "right": {FILE: {"without": [BACKEND ...], "ends": {BACKEND: null}}}}

`lines` are those of which one is wrong, `rules` the slugs that may speak, `fix` whether one can be expected, `also`
lines where the same fault fails again, `without` the backends that cannot run a program for reasons of their own: they
are written by hand. `ends` is written by `--record`, which runs each program on its backends; without it the programs
are run and what differs from the record is told. A program that names TensorFlow runs on it alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.corpus.ground_truth import Outcome, run_all
from tests.corpus.judging import HERE, Case, Fault

FOLDERS = {"keras": ("tensorflow", "torch", "jax"), "tensorflow": ("tensorflow",), "numpy": ("numpy",)}
"""The folders, and the backends on which a program of each runs."""


def manifest(folder: str) -> dict[str, Any]:
    """What is on record of a folder's programs."""
    path = HERE / folder / "manifest.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"broken": {}, "right": {}}


def programs(folder: str, backend: str) -> list[Path]:
    """A folder's programs that are for a backend, the broken ones first."""
    known = manifest(folder)
    paths = [path for kind in ("broken", "right") for path in sorted((HERE / folder / kind).glob("*.py"))]
    without = {name for kind in known.values() for name, entry in kind.items() if backend in entry.get("without", ())}
    return [p for p in paths if p.name not in without and backend in backends(folder, p.read_text("utf-8"))]


def backends(folder: str, source: str) -> tuple[str, ...]:
    """The backends that a program can be for: what names TensorFlow runs on it alone."""
    named = re.search(r"^\s*(import|from) (tensorflow|tf_keras)\b", source, re.MULTILINE)
    return ("tensorflow",) if named and folder == "keras" else FOLDERS[folder]


def cases(group: str, folder: str, backend: str) -> Callable[[], list[Case]]:
    """What gives the cases of a folder on a backend: right programs, and broken ones that raise there."""

    def given() -> list[Case]:
        known, found = manifest(folder), list[Case]()
        for path in programs(folder, backend):
            entry = known[path.parent.name][path.name]
            source = path.read_text("utf-8")
            name = f"{path.parent.name}/{path.stem}"
            if path.parent.name == "right":
                found.append(Case(group, name, path.name, source, backend=backend))
            elif entry["ends"][backend] is not None:
                fault = Fault(
                    tuple(entry["lines"]),
                    tuple(entry["rules"]),
                    also=tuple(entry.get("also", ())),
                    fixable=entry["fix"],
                )
                found.append(Case(group, name, path.name, source, (fault,), backend=backend))
        return found

    return given


def endings(folder: str, only: str = "") -> Iterator[tuple[str, str, str, Outcome]]:
    """Run a folder's programs; give kind, file, backend and outcome of each."""
    for backend in FOLDERS[folder]:
        chosen = [path for path in programs(folder, backend) if only in path.name]
        ran = run_all([(path.read_text("utf-8"), str(path)) for path in chosen], backend)
        for path, outcome in zip(chosen, ran, strict=True):
            yield path.parent.name, path.name, backend, outcome


def brief(outcome: Outcome) -> dict[str, Any] | None:
    """How a run ended, as the manifest has it; None at the program's own end."""
    if not outcome.type:
        return None
    return {"type": outcome.type, "line": outcome.raise_line, "message": outcome.message[:200]}


def contradictions(kind: str, name: str, backend: str, outcome: Outcome, entry: dict[str, Any]) -> Iterator[str]:
    """What is not as the manifest says, one line each."""
    where, was = f"{kind}/{name} on {backend}", entry.get("ends", {}).get(backend, {})
    if kind == "right" and outcome.type:
        yield f"{where} is said to be right: {outcome}"
    if (
        kind == "broken"
        and was != {}
        and (outcome.type, outcome.raise_line) != ((was["type"], was["line"]) if was else ("", 0))
    ):
        yield f"{where} is said to end in {was}: {outcome}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help=f"of {', '.join(FOLDERS)}; default: all")
    parser.add_argument("--only", default="", metavar="TEXT", help="programs whose file name contains the text")
    parser.add_argument("--record", action="store_true", help="write how each program ends")
    args = parser.parse_args()
    wrong: list[str] = []
    for folder in args.folders or [name for name in FOLDERS if (HERE / name / "manifest.json").exists()]:
        known = manifest(folder)
        for kind, name, backend, outcome in endings(folder, args.only):
            entry: dict[str, Any] = known[kind].setdefault(name, {})
            if args.record:
                entry.setdefault("ends", {})[backend] = brief(outcome)
            wrong += contradictions(kind, name, backend, outcome, entry)
        if args.record:
            path = Path(HERE / folder / "manifest.json")
            path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
