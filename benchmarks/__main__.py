"""Measure, print the tables, and with `--record` write them to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
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
    parser.add_argument("--record", action="store_true", help=f"write {PAGE.relative_to(ROOT)}; needs all sections")
    args = parser.parse_args()
    if unknown := set(args.sections) - set(SECTIONS):
        parser.error(f"no section is called {', '.join(sorted(unknown))}")
    if args.record and args.sections:
        parser.error("--record writes the whole page: name no sections")
    os.chdir(ROOT)
    texts = [_machine(args.rounds)]
    print(texts[0], flush=True)
    for name in args.sections or SECTIONS:
        with ExitStack() as stack:
            section = SECTIONS[name](stack)
            texts.append(table(section, list(measured(section, args.rounds))))
        print(texts[-1], flush=True)
    if args.record:
        head, _, _ = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(head + BEGIN + "\n\n" + "\n".join(texts), "utf-8")


def _machine(rounds: int) -> str:
    """Return in general terms what it was measured on and with."""
    tools = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}; {tools}. {rounds} rounds.\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
