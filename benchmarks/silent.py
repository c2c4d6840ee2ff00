"""Write docs/silent-side-by-side.md: faults that raise nothing, under axiswise and three peers: `make compare-silent`.

Every program of `benchmarks/programs/silent` is right; PLANTS says what makes it wrong. Each peer gets an environment
of its own; one that cannot be installed, or not imported, is told with its reason.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import ROOT
from benchmarks.table import lined

PAGE = ROOT / "docs" / "silent-side-by-side.md"
PROGRAMS = ROOT / "benchmarks" / "programs" / "silent"
DRIVERS = ROOT / "benchmarks" / "silent_drivers.py"
PLACE = ROOT / ".venv-compare-silent"
TORCH = "torch==2.13.0"
LONGEST = 900.0
KEPT = "--kept"
"""Writes the page of the answers there are, and asks nobody."""
FEW, LONG = 4, 60
"""How many answers a cell shows, and how much of each."""
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Plant:
    """One fault.

    Attributes:
        program: The program that it is planted in.
        fault: What it is, in a few words.
        right: What stands there.
        wrong: What takes its place.
    """

    program: str
    fault: str
    right: str
    wrong: str


PLANTS = (
    Plant("heads", "heads merged without transposing back", "mixed.transpose(1, 2).reshape", "mixed.reshape"),
    Plant("weights", "attention weights over the queries", "softmax(dim=-1)", "softmax(dim=1)"),
    Plant("regression", "a column against a row in a loss", "torch.randn(16, 1)", "torch.randn(16)"),
    Plant("recurrent", "a batch read as time", ", batch_first=True", ""),
    Plant("sizes", "the batch's size written down", "view(x.shape[0], -1)", "view(16, -1)"),
    Plant(
        "order",
        "the mask after the softmax",
        'masked_fill(later, float("-inf")).softmax(-1)',
        "softmax(-1).masked_fill(later, 0.0)",
    ),
    Plant("polarity", "an inverted padding mask", "tokens == 0", "tokens != 0"),
    Plant(
        "loss",
        "softmax before the cross entropy",
        "self.out(torch.relu(self.hidden(x)))",
        "self.out(torch.relu(self.hidden(x))).softmax(-1)",
    ),
    Plant(
        "standardised",
        "standardised over the batch",
        "(h - h.mean(-1, keepdim=True)) / (h.std(-1, keepdim=True) + 1e-5)",
        "(h - h.mean()) / (h.std() + 1e-5)",
    ),
    Plant("windows", "rolled along the batch", "dims=2", "dims=0"),
    Plant("decoder", "a decoder without its causal mask", ", is_causal=True", ""),
    Plant("padded", "a mean over the padding too", "(h * valid).sum(1) / valid.sum(1)", "h.mean(1)"),
)
"""One fault of each of the nine groups of silent mistakes at least, in their order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said of one program: what it names, or why it says nothing."""

    found: tuple[str, ...] = ()
    unable: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, and how it is asked.

    Attributes:
        name: As it stands in the tables.
        ask: Asks it of a program, beside the right one.
        note: How it was installed and asked, in words.
        learns: Whether it learns from the right program, and is asked of it with other random numbers alone.
    """

    name: str
    ask: Callable[[Path, Path], Answer]
    note: str
    learns: bool = False


# -- axiswise ----------------------------------------------------------------------------------------------------------
def checked(program: Path, _right: Path) -> Answer:
    done = ran([sys.executable, "-m", "axiswise", "check", program.name, "--no-cache", "--format", "json"], program)
    report = json.loads(done.stdout)
    if any(target["status"] == "skipped" for target in report["targets"]):
        return Answer(unable="; ".join(str(target["reason"]) for target in report["targets"]))
    return Answer(tuple(dict.fromkeys(finding["rule"] for finding in report["findings"])))


def audited(program: Path, _right: Path) -> Answer:
    done = ran([sys.executable, "-m", "axiswise", "run", "--audit", program.name], program)
    return Answer(tuple(dict.fromkeys(re.findall(r"^(?:warning|error)\[([a-z-]+)\]", done.stderr, re.MULTILINE))))


# -- peers -------------------------------------------------------------------------------------------------------------
def driven(python: str, driver: str, program: Path, _right: Path) -> Answer:
    done = ran([python, str(DRIVERS), driver, program.name], program)
    try:
        said = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return Answer(unable=last_line(done))
    return Answer(tuple(said.get("found", ())), said.get("raised", ""))


def traincheck(python: str, program: Path, right: Path) -> Answer:
    """Learn invariants of the right program, and check a run of another against them."""
    folder, bin_ = program.parent, Path(python).parent
    invariants, seen = folder / f"{right.stem}.invariants.json", folder / f"{program.stem}.{right.stem}.seen"
    collect = [str(bin_ / "traincheck-collect"), "--models-to-track", "model"]
    if not invariants.exists():
        trace = str(folder / f"{right.stem}.trace")
        for call in (
            [*collect, "--pyscript", right.name, "--output-dir", trace],
            [str(bin_ / "traincheck-infer"), "-f", trace, "-o", str(invariants)],
        ):
            done = ran(call, program, [bin_])
            if done.returncode:
                return Answer(unable=last_line(done))
    call = [*collect, "--pyscript", program.name, "--invariants", str(invariants), "--output-dir", str(seen)]
    done = ran(call, program, [bin_])
    if done.returncode:
        return Answer(unable=last_line(done))
    results = folder / f"{program.stem}.{right.stem}.results"
    call = [str(bin_ / "traincheck-check"), "-f", str(seen), "-i", str(invariants), "-o", str(results)]
    done = ran(call, program, [bin_])
    if done.returncode:
        return Answer(unable=last_line(done))
    texts = [path.read_text("utf-8") for path in results.rglob("failed.log")]
    told = [found for text in texts for found in re.findall(r'"text_description": (".*?[^\\]"),\n', text)]
    return Answer(tuple(sorted({json.loads(each) for each in told})))


def peers() -> Iterable[Tool]:
    """Yield the peers, each in the environment that is made for it."""
    importing = "import pl_bolts.callbacks.verification.batch_gradient"
    python, version, problem = environment("bolts", ["lightning-bolts"], importing)
    note = f"Bolts {version}: `BatchGradientVerification(model).check(batch)`, as its callback does before training."
    if problem:
        more = ["setuptools<81", "numpy"]
        ran([python, "-m", "pip", "install", "--quiet", *more], PLACE)
        ran([python, "-m", "pip", "uninstall", "--quiet", "--yes", "torchvision"], PLACE)
        note += (
            f" `pip install {TORCH} lightning-bolts` leaves what cannot be imported ({problem}). Here it has "
            "`setuptools<81` and no torchvision, and the verification's module is imported without its package."
        )
    yield Tool("Bolts", partial(driven, python, "bolts"), note)
    python, version, problem = environment("torch-audit", ["torch-audit", "numpy"], "import torch_audit")
    note = (
        f"torch-audit {version}: `autopatch`, every rule at every step. It looks at health and hardware (TA200 to "
        "TA203 on tensor cores, memory layout and precision; TA402 and TA403 on weight decay): what it says of the "
        "right program too is not counted."
    )
    note += f" It cannot be imported: {problem}." if problem else ""
    yield Tool("torch-audit", partial(driven, python, "torch_audit"), note)
    python, version, problem = environment("traincheck", ["traincheck"], "import traincheck")
    note = (
        f"TrainCheck {version}: it needs a run of the right program, learns invariants of it, and checks a second run "
        "against them. A finding here is an invariant that the faulty program breaks, and the right one with other "
        "random numbers does not."
    )
    note += f" It cannot be imported: {problem}." if problem else ""
    yield Tool("TrainCheck", partial(traincheck, python), note, learns=True)


def environment(name: str, packages: list[str], probe: str) -> tuple[str, str, str]:
    """Return the Python of a peer's environment, made where it is not there, the peer's version, and what is wrong."""
    home = PLACE / name
    python = str(home / "bin" / "python")
    problem = ""
    if not Path(python).exists():
        PLACE.mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        done = ran([python, "-m", "pip", "install", "--quiet", TORCH, *packages], PLACE)
        problem = last_line(done) if done.returncode else ""
        done = ran([python, "-W", "ignore", "-c", probe], PLACE)
        problem = problem or (last_line(done) if done.returncode else "")
        (home / "problem").write_text(problem, "utf-8")
    problem = (home / "problem").read_text("utf-8")
    version = f"import importlib.metadata as m; print(m.version({packages[0]!r}))"
    done = ran([python, "-c", version], PLACE)
    return python, done.stdout.strip() if not done.returncode else "(not installed)", problem


def ran(call: list[str], place: Path, paths: Iterable[Path] = ()) -> subprocess.CompletedProcess[str]:
    folder = place if place.is_dir() else place.parent
    path = os.pathsep.join([*map(str, paths), os.environ.get("PATH", "")])
    environ = os.environ | {"PATH": path, "COLUMNS": "200"}
    return subprocess.run(call, cwd=folder, env=environ, capture_output=True, text=True, timeout=LONGEST, check=False)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in ANSI.sub("", done.stderr + "\n" + done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[A-Za-z_.]*(?:Error|Exception)\b", line)]
    return " ".join((errors or lines or ["no output"])[-1].split())[:160]


# -- the page ----------------------------------------------------------------------------------------------------------
def main(wanted: str = "") -> None:
    tools = [
        Tool("axiswise check", checked, "`axiswise check program.py`."),
        Tool("axiswise run --audit", audited, "`axiswise run --audit program.py`: experiments on the model it trains."),
        *peers(),
    ]
    only_kept = wanted == KEPT
    part = "" if only_kept else wanted
    names = sorted(path.stem for path in PROGRAMS.glob("*.py") if part in path.stem)
    answers = {key: answer for tool in tools for name in names for key, answer in asked(tool, name, only_kept)}
    text = page(tools, names, answers)
    if part:
        print(text)
    else:
        PAGE.write_text(text, "utf-8")


def asked(tool: Tool, name: str, only_kept: bool) -> Iterable[tuple[tuple[str, str, str], Answer]]:
    """Yield a tool's answers to each variant of a program; they are kept, for a run that is cut short."""
    texts = variants(name)
    with TemporaryDirectory() as folder:
        for kind, text in texts.items():
            Path(folder, f"{kind}.py").write_text(text, "utf-8")
        for kind, text in texts.items():
            if kind == ("right" if tool.learns else "again"):
                continue
            key = hashlib.sha256("\0".join((tool.name, tool.note, texts["right"], text)).encode()).hexdigest()
            kept = PLACE / "answers" / key
            if only_kept and not kept.exists():
                continue
            if not kept.exists():
                try:
                    answer = tool.ask(Path(folder, f"{kind}.py"), Path(folder, "right.py"))
                except subprocess.TimeoutExpired:
                    answer = Answer(unable=f"no answer within {LONGEST:.0f} s")
                print(f"  {name}, {kind}, {tool.name}: {answer}", file=sys.stderr, flush=True)
                kept.parent.mkdir(exist_ok=True)
                kept.write_text(json.dumps([answer.found, answer.unable]), "utf-8")
            found, unable = json.loads(kept.read_text("utf-8"))
            yield (name, kind, tool.name), Answer(tuple(found), unable)


def variants(name: str) -> dict[str, str]:
    """Return the right program, the same with other random numbers, and the faulty one."""
    text = (PROGRAMS / f"{name}.py").read_text("utf-8")
    found = {"right": text, "again": text.replace("manual_seed(0)", "manual_seed(1)")}
    for plant in PLANTS:
        if plant.program == name:
            assert text.count(plant.right) == 1, f"{name} has changed: nothing would be planted"
            found["wrong"] = text.replace(plant.right, plant.wrong)
    return found


def page(tools: list[Tool], names: list[str], answers: dict[tuple[str, str, str], Answer]) -> str:
    heads = ["what is wrong", *(tool.name for tool in tools)]
    faults = [
        [
            f"{plant.fault} (`{plant.program}`)",
            *(
                new(answers.get((plant.program, "wrong", each.name)), right(plant.program, each.name, answers))
                for each in tools
            ),
        ]
        for plant in PLANTS
        if plant.program in names
    ]
    clean = [[f"`{name}`", *(alarms(right(name, tool.name, answers)) for tool in tools)] for name in names]
    notes = [f"- {tool.note}" for tool in tools]
    return "\n".join(
        (
            HEAD,
            *notes,
            "\n## Faults\n",
            lined([heads, *faults]),
            "\n## The right programs\n",
            "Each program as it was before its fault was planted, and three more that look faulty: batch normalisation "
            "with dropout, sequences time first, and examples that are compared with each other.\n",
            lined([["program", *heads[1:]], *clean]),
            "",
        )
    )


HEAD = """\
# Faults that raise nothing, four tools

`make compare-silent` writes this page. Each program of `benchmarks/programs/silent` is right; one replacement in it
(`PLANTS` in `benchmarks/silent.py`) makes it wrong, and it still trains without an exception. Every tool is run on
both. A rule's name: that is what it reports of the faulty program, and not of the right one. –: nothing.

None of the peers is made for all of these faults. Bolts looks at mixing along axis 0, by gradients, and answers the
same where an example's own gradient vanishes, as that of the sum of a softmax does; torch-audit at the health of a
training; TrainCheck at what a training that is known to be right did and this one does not. *Not asked*: the run was
cut short.
"""


def right(name: str, tool: str, answers: dict[tuple[str, str, str], Answer]) -> Answer | None:
    """Return what a tool says of the right program; None where it was not asked."""
    return next((answers[key] for kind in ("right", "again") if (key := (name, kind, tool)) in answers), None)


def new(wrong: Answer | None, before: Answer | None) -> str:
    if wrong is None or before is None:
        return "not asked"
    return (
        f"cannot: {wrong.unable}" if wrong.unable else few([each for each in wrong.found if each not in before.found])
    )


def alarms(before: Answer | None) -> str:
    if before is None:
        return "not asked"
    return f"cannot: {before.unable}" if before.unable else few(list(before.found))


def few(found: list[str]) -> str:
    """Return what was named, the first of it where it is much."""
    shown = "; ".join(each if len(each) <= LONG else f"{each[:LONG]}…" for each in found[:FEW]).replace("|", "\\|")
    return f"{shown}; {len(found) - FEW} more" if len(found) > FEW else shown or "–"


if __name__ == "__main__":
    main(*sys.argv[1:])
