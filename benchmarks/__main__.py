"""Measure, print the tables, and with `--record` write them to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version

from benchmarks.measuring import ROOT, measured
from benchmarks.sections import SECTIONS
from benchmarks.table import table

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- what follows is written by `make bench ARGS=--record` -->"
PACKAGES = ("axiswise", "torch", "tensor-sensor", "torchinfo", "torchtyc")


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="runs of each case that count (default: 5)")
    parser.add_argument("--record", action="store_true", help=f"write {PAGE.relative_to(ROOT)}: the sections named")
    args = parser.parse_args()
    if unknown := set(args.sections) - set(SECTIONS):
        parser.error(f"no section is called {', '.join(sorted(unknown))}")
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed comes compiled, the peers' code too
    machine = _machine(args.rounds)
    print(machine, flush=True)
    for name in args.sections or SECTIONS:
        with ExitStack() as stack:
            section = SECTIONS[name](stack)
            text = table(section, list(measured(section, args.rounds)))
        print(text, flush=True)
        if args.record:
            PAGE.write_text(recorded(PAGE.read_text("utf-8"), machine, text), "utf-8")


def recorded(page: str, machine: str, text: str) -> str:
    """Return the page with a section in its place, or at the end; what it was measured with stands in the section."""
    head, _, rest = page.partition(BEGIN)
    sections = [f"## {each}" for each in re.split(r"^## ", rest, flags=re.MULTILINE)[1:]]
    title, _, below = text.partition("\n")
    new = f"{title}\n\n{machine}{below}"
    at = next((at for at, each in enumerate(sections) if each.partition("\n")[0] == title), len(sections))
    sections[at : at + 1] = [new]
    return head + BEGIN + "\n\n" + "\n".join(each.strip("\n") + "\n" for each in sections)


def _machine(rounds: int) -> str:
    """Return in general terms what it was measured on and with."""
    tools = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} at the beginning"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}; {tools}. {rounds} rounds.\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
