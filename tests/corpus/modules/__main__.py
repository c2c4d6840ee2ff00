"""How often the inputs of a module are found without a hint: `python -m tests.corpus.modules [GROUP ...] [--record]`.

Each module is built, given inputs and run as `check` does with the modules of a file, in a sandbox. A module whose
inputs the manifest gives (`expected.json`) is right when these were found; any other when it ran with what was found.
A finding of error severity on a right module is a false alarm; a fault that was planted has to be found. `--record`
writes the table of `docs/inference.md`.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiswise.models import EXAMINE, modelled
from axiswise.sandbox import Job, Limits, Sandbox
from axiswise.source.discovery import outermost_first
from axiswise.source.text import Sources

HERE = Path(__file__).parent
EXPECTED = HERE / "expected.json"
FIGURES = HERE / "figures.json"
DOCUMENT = HERE.parents[2] / "docs" / "inference.md"
LIMITS = Limits(seconds=60.0)
TITLES = {
    "own": "Modules of many kinds (`tests/corpus/modules/right`)",
    "layers": "Layers of `torch.nn`",
    "vit_pytorch": "vit-pytorch 1.26.11",
    "x_transformers": "x-transformers",
    "diffusers": "diffusers",
    "timm": "timm",
    "planted": "Planted faults (`tests/corpus/modules/broken`)",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One module.

    Attributes:
        group: One of `TITLES`.
        path: The file that is checked, in a copy of its project.
        name: The class, or the instance.
        expected: The inputs that would be right, each way; empty where running is enough.
    """

    group: str
    path: Path
    name: str
    expected: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one module.

    Attributes:
        word: `right`, `wrong`, `needs a hint`, `false alarm`; `found` and `missed` of a planted fault; `broken itself`
            of a module that torch cannot run either, built as its own documentation says.
        why: One line.
        seconds: From fork to end.
    """

    word: str
    why: str
    seconds: float


def cases(group: str, folder: Path) -> Iterator[Case]:
    """Yield the modules of a group, from a copy of their files in a folder of its own."""
    place = folder / group
    if group in ("own", "layers", "planted"):
        shutil.copytree(HERE / ("broken" if group == "planted" else "right"), place)
        manifest = json.loads(EXPECTED.read_text())
        for path in sorted(place.glob("*.py")):
            if group == "planted" or (path.name == "layers.py") == (group == "layers"):
                for name in _listed(path):
                    yield Case(group, path, name, tuple(manifest.get(path.name, {}).get(name, ())))
        return
    found = importlib.util.find_spec(group)
    if found is None or found.origin is None:
        return
    shutil.copytree(Path(found.origin).parent, place / group, ignore=shutil.ignore_patterns("__pycache__"))
    if importlib.util.find_spec("torchvision") is None:
        shutil.copytree(HERE / "stand_ins", place, dirs_exist_ok=True)
    for path in sorted((place / group).rglob("*.py")):
        yield from (Case(group, path, name) for name in _public(path))


def _listed(path: Path) -> list[str]:
    """Return the modules of a file: its classes, and the instances that it makes."""
    tree = ast.parse(path.read_text())
    classes = [
        node.name for node in tree.body if isinstance(node, ast.ClassDef) and "Module" in ast.unparse(node.bases)
    ]
    return classes + [ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)]


def _public(path: Path) -> list[str]:
    """Return the modules of a library's file that no other class of the file is made of."""
    source = Sources().file(str(path))
    found = outermost_first(modelled(source)) if source is not None else ()
    classes = [each for each in found if each.kind == "class" and each.takes_tensors and not each.name.startswith("_")]
    return [each.name for each in classes if not any(each.name in other.uses for other in found if other is not each)]


# -- verdicts ---------------------------------------------------------------------------------------------------------
def judged(case: Case, result: Any, ended: str, seconds: float) -> Verdict:
    """Return what is to be thought of what a run reported."""
    if not isinstance(result, dict):
        return Verdict("needs a hint", f"the run {ended}", seconds)
    errors = [each for each in result["findings"] if each["severity"] == "error"]
    told = ", ".join(f"{path}: {spec}" for path, spec in result["inputs"].items())
    why = result["reason"] or told
    if case.group == "planted":
        return Verdict("found" if errors else "missed", errors[0]["message"] if errors else why, seconds)
    if f"{case.path.stem}.{case.name}" in json.loads(EXPECTED.read_text())["broken"].get(case.group, {}):
        return Verdict("broken itself", errors[0]["message"] if errors else f"nothing said; {why}", seconds)
    if errors:
        return Verdict("false alarm", f"{errors[0]['message']} [{told}]", seconds)
    if result["status"] != "checked":
        return Verdict("needs a hint", why, seconds)
    if case.expected and not any(fits(result["inputs"], each) for each in case.expected):
        return Verdict("wrong", told, seconds)
    return Verdict("right", told, seconds)


def fits(found: dict[str, str], expected: dict[str, str]) -> bool:
    """Return whether inputs are those expected: the same kinds and numbers, the same axes equal.

    In what is expected a name stands for a free axis, `#` for any number, `*` for anything.
    """
    if not expected.keys() <= found.keys():
        return False
    names: dict[str, str] = {}
    for path, wanted in expected.items():
        kind, axes = _parts(found[path])
        wanted_kind, wanted_axes = _parts(wanted)
        if wanted_kind not in ("*", kind) or len(axes) != len(wanted_axes):
            return False
        for axis, other in zip(axes, wanted_axes, strict=True):
            if other == "*" or (other == "#" and axis.isdecimal()):
                continue
            if other == "#" or other.isdecimal() != axis.isdecimal() or (other.isdecimal() and other != axis):
                return False
            if names.setdefault(other, axis) != axis:
                return False
    return True


def _parts(spec: str) -> tuple[str, list[str]]:
    kind, _, axes = spec.rstrip("]").partition("[")
    return kind, axes.split()


def run(groups: list[str], only: str) -> dict[str, dict[str, Verdict]]:
    """Return the verdict on each module of some groups; print those that are not as they should be."""
    verdicts: dict[str, dict[str, Verdict]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(("axiswise.frontends.torch.frontend:warm", "einops"), LIMITS) as sandbox,
    ):
        for group in groups:
            listed = [each for each in cases(group, Path(folder)) if re.search(only, f"{each.path.stem}.{each.name}")]
            jobs = [
                Job(EXAMINE, {"file": str(each.path), "name": each.name, "inputs": [], "fixes": False}, str(folder))
                for each in listed
            ]
            began = time.monotonic()
            for case, outcome in zip(listed, sandbox.iterate(jobs, parallel=1), strict=True):
                name = f"{case.path.stem}.{case.name}"
                verdict = judged(case, outcome.result, f"{outcome.ended}: {outcome.detail}", outcome.seconds)
                verdicts.setdefault(group, {})[name] = verdict
                if verdict.word not in ("right", "found") or only:
                    print(f"  {verdict.word}: {name} ({verdict.seconds:.1f} s): {verdict.why}", flush=True)
            if listed:
                print(f"{_line(group, verdicts[group])}  ({time.monotonic() - began:.0f} s)", flush=True)
    return verdicts


def _line(group: str, verdicts: dict[str, Verdict]) -> str:
    counts = Counter(each.word for each in verdicts.values())
    return f"{group}: {len(verdicts)} modules, " + ", ".join(
        f"{number} {word}" for word, number in counts.most_common()
    )


# -- what is recorded -------------------------------------------------------------------------------------------------
def record(verdicts: dict[str, dict[str, Verdict]]) -> None:
    """Keep the figures of the groups that were run, and write the table and the list of misses into the document."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for group, found in verdicts.items():
        kept = figures.setdefault(group, {})
        kept.update({name: [each.word, each.why, round(each.seconds, 1)] for name, each in found.items()})
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}")


BEGIN, END = "<!-- begin: python -m tests.corpus.modules --record -->", "<!-- end -->"


def table(figures: dict[str, Any]) -> str:
    """Return the figures as a table, and below it every miss with its reason."""
    lines = [
        "| group | modules | right | wrong | needs a hint | false alarms | broken themselves | median seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for group in (each for each in TITLES if each in figures and each != "planted"):
        told = list(figures[group].values())
        counts = Counter(word for word, _, _ in told)
        listed = (counts[word] for word in ("right", "wrong", "needs a hint", "false alarm", "broken itself"))
        seconds = sorted(each for _, _, each in told)[len(told) // 2]
        lines.append(f"| {TITLES[group]} | {len(told)} | {' | '.join(map(str, listed))} | {seconds:.1f} |")
    if "planted" in figures:
        found = sum(word == "found" for word, _, _ in figures["planted"].values())
        lines += ["", f"{TITLES['planted']}: {found} of {len(figures['planted'])} found."]
    for group in (each for each in TITLES if each in figures):
        missed = {name: told for name, told in figures[group].items() if told[0] not in ("right", "found")}
        lines += ["", f"**{TITLES[group]}**", ""] if missed else []
        for name, (word, why, _) in sorted(missed.items()):
            lines.append(f"- `{name}`, {word}: {' '.join(why.split())[:220]}")
    return "\n".join(lines)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests.corpus.modules")
    parser.add_argument("groups", nargs="*", help=", ".join(TITLES))
    parser.add_argument("--only", default="", help="a pattern of names")
    parser.add_argument("--record", action="store_true", help="write the figures of these groups")
    arguments = parser.parse_args()
    verdicts = run(arguments.groups or list(TITLES), arguments.only)
    if arguments.record:
        record(verdicts)


if __name__ == "__main__":
    main()
