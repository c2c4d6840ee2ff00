"""How the cost of a check grows with depth and with the number of files: `make growth` draws docs/growth.svg."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import matplotlib as mpl
from matplotlib import pyplot

from benchmarks.large import way
from benchmarks.measuring import ROOT, Taken, process

PICTURE = ROOT / "docs" / "growth.svg"
DEPTHS = (8, 32, 126)
SIZE = "405B"
FILES = (1, 4, 8, 16)

NETWORK = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, dim={dim}, hidden={hidden}):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Network(nn.Module):
    def __init__(self, words={words}, dim={dim}, depth=4):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.blocks = nn.Sequential(*(Block() for _ in range(depth)))
        self.head = nn.Linear(dim, words)

    def forward(self, tokens):
        return self.head(self.blocks(self.embed(tokens)))
"""
"""A file of a project; no two of them are alike."""


def by_depth(how: str, rounds: int) -> list[float]:
    """Return the seconds that one way of looking at a model takes, by its number of layers."""
    taken: list[float] = []
    for depth in DEPTHS:
        run = way(how, SIZE, depth).run
        assert run is not None
        taken.append(_median(run, rounds, f"{how}, {depth} layers"))
    return taken


def by_files(rounds: int) -> dict[str, list[float]]:
    """Return the seconds that a folder's check takes, by its number of files: anew, by two, and once more."""
    taken: dict[str, list[float]] = {"anew": [], "anew, --jobs 2": [], "unchanged": []}
    for count in FILES:
        with TemporaryDirectory() as folder:
            for number in range(count):
                text = NETWORK.format(dim=16 + 2 * number, hidden=64 + 4 * number, words=100 + number)
                Path(folder, f"network_{number}.py").write_text(text, "utf-8")
            for name, flags in (("anew", ["--no-cache"]), ("anew, --jobs 2", ["--no-cache", "--jobs", "2"])):
                taken[name].append(_checked(folder, flags, rounds, f"{count} files, {name}"))
            os.environ["XDG_CACHE_HOME"] = str(Path(folder, ".cache"))
            _checked(folder, [], 1, f"{count} files, to be remembered")
            taken["unchanged"].append(_checked(folder, [], rounds, f"{count} files, unchanged"))
    return taken


def _checked(folder: str, flags: Sequence[str], rounds: int, name: str) -> float:
    command = ["python", "-m", "axiswise", "check", folder, *flags, "--format", "json"]
    models = 2 * sum(1 for each in os.listdir(folder) if each.endswith(".py"))

    def said(done: object) -> str:
        report = json.loads(str(getattr(done, "stdout", "")))
        states = [target["status"] for target in report["targets"] if "::" in target["target"]]
        assert states == ["checked"] * len(states), f"{name}: {states}"
        assert 0 < len(states) <= models, f"{name}: {len(states)} models"
        return ""

    return _median(process(command, said), rounds, name)


def _median(run: Callable[[], Taken], rounds: int, name: str) -> float:
    seconds = []
    for _ in range(rounds):
        seconds.append(run().seconds)
        print(f"  {name}: {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    found = median(seconds)
    assert not math.isnan(found), f"{name} failed"
    return found


def drawn(depth: dict[str, list[float]], files: dict[str, list[float]]) -> None:
    """Write the picture: seconds against layers, and seconds against files."""
    mpl.rcParams["svg.hashsalt"] = "axiswise"  # the same numbers give the same file
    mpl.rcParams["svg.fonttype"] = "none"
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for name, seconds in depth.items():
        left.plot(DEPTHS, seconds, marker="o", label=name)
    left.set(title=f"a decoder of the {SIZE} kind", xlabel="layers", ylabel="seconds", xticks=DEPTHS, ylim=(0, None))
    for name, seconds in files.items():
        right.plot(FILES, seconds, marker="o", label=name)
    right.set(title="axiswise check FOLDER", xlabel="files", ylabel="seconds", xticks=FILES, ylim=(0, None))
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, metadata={"Date": None})


def main(rounds: str = "3") -> None:
    began = time.monotonic()
    names = {"meta": "bare forward, meta device", "axiswise": "axiswise.check(model)"}
    depth = {name: by_depth(how, int(rounds)) for how, name in names.items()}
    files = by_files(int(rounds))
    drawn(depth, files)
    print(json.dumps({"layers": DEPTHS, **depth, "files": FILES, **files}, indent=1))
    print(f"{PICTURE.relative_to(ROOT)} drawn in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
