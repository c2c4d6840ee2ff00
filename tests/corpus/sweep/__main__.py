"""Check every model of a library that builds without arguments: right programs, to be met by silence.

    python -m tests.corpus.sweep transformers|timm|diffusers [MODEL ...] [--lines FILE] [--most N] [--for SECONDS]
    python -m tests.corpus.sweep --write docs/sweeps.md FILE ...

The first checks models, those first that `--lines` does not hold yet, and appends what it found: a sweep may be cut
into pieces. The second makes the page of such files, each named `<library>.jsonl`.
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path

import torch

from tests.corpus.sweep.lines import Line, appended, checked, read, shown
from tests.corpus.sweep.tables import document, table

LIBRARIES = ("transformers", "timm", "diffusers")


def main() -> None:
    """Check what is asked for, tell it as it comes, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", help="a library and models of it, or files for --write")
    parser.add_argument("--lines", type=Path, help="JSON lines of what was found: read first, then added to")
    parser.add_argument("--most", type=int, default=10_000, help="models to check, spread over the library's")
    parser.add_argument("--for", dest="lasting", type=float, default=float("inf"), help="begin no model after so long")
    parser.add_argument("--seconds", type=float, default=60.0, help="time budget of one model")
    parser.add_argument("--write", type=Path, help="write the page of what the files hold")
    parser.add_argument("--note", default="", help="how it was measured, for the page")
    args = parser.parse_args()
    if args.write:
        args.write.write_text(page([Path(each) for each in args.what], args.note), encoding="utf-8")
    else:
        swept(args)


def swept(args: argparse.Namespace) -> None:
    """Check models of one library."""
    began = time.monotonic()
    torch.set_num_threads(1)
    library, wanted = args.what[0], args.what[1:]
    lines = read(args.lines) if args.lines else []
    known = {(line.group, line.name) for line in lines}
    cases = importlib.import_module(f"tests.corpus.sweep.of_{library}").cases()
    left = args.most
    for case in cases:
        if case.name not in wanted if wanted else (case.group, case.name) in known:
            continue
        if left == 0 or time.monotonic() - began > args.lasting:
            break
        left -= 1
        line = checked(case, args.seconds)
        lines.append(line)
        print(shown(line), flush=True)
        if args.lines:
            appended(line, args.lines)
    print(table(lines))


def page(files: list[Path], note: str) -> str:
    """Return the page of files of lines."""
    parts: list[tuple[str, str, str, list[Line]]] = []
    for file in files:
        library, lines = file.stem, read(file)
        module = importlib.import_module(f"tests.corpus.sweep.of_{library}")
        names = {case.name for case in module.cases()}
        told = f"{len(lines)} of {len(names)} models, spread over the library. {module.BUILT}"
        parts.append((library, f"python -m tests.corpus.sweep {library} --lines {file.name}", told, lines))
    return document(parts, note)


if __name__ == "__main__":
    main()
