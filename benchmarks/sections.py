"""What is measured."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from axiswise import check
from axiswise.checking import warm_sandbox
from axiswise.diagnosis import Report
from axiswise.frontends.choosing import TORCH
from axiswise.sandbox import Sandbox
from benchmarks import gpt
from benchmarks.large import way
from benchmarks.measuring import Case, Section, Taken, last_line, process
from benchmarks.peers import peer

DEMO = "examples/demo/train.py"
TRAINING = "benchmarks/programs/training.py"
PRODUCT = "benchmarks/programs/product.py"
ANNOTATED = "benchmarks/programs/llama_annotated.py"
MODEL = "benchmarks/programs/model.py"


def imports(_stack: ExitStack) -> Section:
    """What a program pays for `import` alone."""
    empty = "python -c pass"
    about = "A new process each. What a program, an editor or a hook pays before anything is done."
    return Section(
        "Import",
        about,
        (
            Case(empty, process(["python", "-c", "pass"])),
            Case("import json", process(["python", "-c", "import json"]), empty),
            Case("import axiswise", process(["python", "-c", "import axiswise"]), empty),
            peer("torchtyc", "import torchtyc", process(["python", "-c", "import torchtyc"]), empty),
            Case("import torch", process(["python", "-c", "import torch"]), empty),
            peer("torchinfo", "import torchinfo", process(["python", "-c", "import torchinfo"]), empty),
            peer("tsensor", "import tsensor", process(["python", "-c", "import tsensor"]), empty),
        ),
    )


def checks(stack: ExitStack) -> Section:
    """Before running: a script with a fault, and one without."""
    sandbox = stack.enter_context(warm_sandbox(TORCH, 60))
    wrong, right = f"python {DEMO}", f"python {TRAINING}"
    about = (
        f"`{DEMO}` has one fault: python ends at it, axiswise also searches and replays fixes. `{TRAINING}` has none: "
        "python trains, axiswise leaves the loop when nothing new comes. Cold: a new process, which loads torch. Warm: "
        "one `Sandbox` for all checks, as an editor would keep it."
    )
    return Section(
        "Check before running",
        about,
        (
            Case(wrong, process(["python", DEMO], last_line)),
            Case(f"axiswise check {DEMO}, cold", _axiswise(DEMO), wrong),
            Case(f"axiswise check {DEMO}, warm", _warm(DEMO, sandbox), wrong),
            peer("torchtyc", f"torchtyc run {DEMO}", _torchtyc(DEMO), wrong),
            Case(right, process(["python", TRAINING], lambda done: "" if done.returncode == 0 else last_line(done))),
            Case(f"axiswise check {TRAINING}, cold", _axiswise(TRAINING), right),
            Case(f"axiswise check {TRAINING}, warm", _warm(TRAINING, sandbox), right),
            peer("torchtyc", f"torchtyc run {TRAINING}", _torchtyc(TRAINING), right),
        ),
    )


def explanations(_stack: ExitStack) -> Section:
    """From the exception to its explanation."""
    cases: list[Case] = []
    for script in (PRODUCT, DEMO):
        plain = f"python {script}"
        sensor = process(["python", "-m", "benchmarks.peers", "tensor-sensor", script], last_line)
        cases += [
            Case(plain, process(["python", script], last_line)),
            Case(f"axiswise run {script}", process(["python", "-m", "axiswise", "run", script], _headline), plain),
            peer("tsensor", f"tensor-sensor on {script}", sensor, plain),
        ]
    about = (
        "The column `more` is the time from the exception to the end of the explanation. axiswise starts a process "
        "that loads torch, replays the program and tries fixes; tensor-sensor evaluates parts of the failing line."
    )
    return Section("From the exception to the explanation", about, tuple(cases))


def undisturbed(_stack: ExitStack) -> Section:
    """What `axiswise run` costs a program that does not fail."""
    plain, loop = f"python {TRAINING}", "python, the loop alone"
    watched = ["python", "-m", "axiswise", "run", TRAINING]
    about = "`axiswise run` patches and watches nothing meanwhile. A few rounds cannot tell a tenth from nothing."
    return Section(
        "A run in which nothing fails",
        about,
        (
            Case(plain, process(["python", TRAINING])),
            Case(f"axiswise run {TRAINING}", process(watched), plain),
            Case(loop, _told(process(["python", TRAINING], last_line))),
            Case("axiswise run, the loop alone", _told(process(watched, last_line)), loop),
        ),
    )


def models(stack: ExitStack) -> Section:
    """One model, as it is and with a layer of the wrong width."""
    folder = Path(stack.enter_context(TemporaryDirectory()))
    right = Path(MODEL)
    wrong = folder / "broken.py"
    source = right.read_text("utf-8")
    assert source.count("nn.Linear(256, 10)") == 1, f"{MODEL} has changed: nothing would be broken"
    wrong.write_text(source.replace("nn.Linear(256, 10)", "nn.Linear(400, 10)"), "utf-8")
    cases: list[Case] = []
    for name, path in (("the model", right), ("the broken model", wrong)):
        plain = f"python, {name}"
        torchinfo = process(["python", "-m", "benchmarks.peers", "torchinfo", str(path)], _summary)
        cases += [
            Case(plain, process(["python", str(path)], last_line)),
            Case(f"axiswise check, {name}", _axiswise(str(path)), plain),
            peer("torchinfo", f"torchinfo.summary, {name}", torchinfo, plain),
            peer("torchtyc", f"torchtyc check, {name}", _torchtyc(str(path), "check"), plain),
            peer("torchtyc", f"torchtyc run, {name}", _torchtyc(str(path)), plain),
        ]
    about = f"`{MODEL}`, and a copy whose last layer takes 400 features in the place of 256. A new process each."
    return Section("One model", about, tuple(cases))


def large(_stack: ExitStack) -> Section:
    """Decoders of three sizes, built on the meta device; and the largest cut to fewer layers."""
    cases: list[Case] = []
    for size in ("8B", "70B", "405B"):
        cases += [way("meta", size), *(way(how, size, against=f"meta, {size}") for how in ("axiswise", "torchinfo"))]
    cases.append(way("export", "8B", against="meta, 8B"))
    cases.append(peer("torchtyc", "torchtyc check, annotated", _torchtyc(ANNOTATED, "check"), "meta, 405B"))
    for depth in (8, 32):
        cases += [way("meta", "405B", depth), way("axiswise", "405B", depth, against=f"meta, 405B, {depth} layers")]
    about = (
        "`benchmarks/programs/llama.py`, a process each. `meta` is one bare forward; `axiswise` is "
        "`axiswise.check(model)`: inputs inferred, every rule, training and evaluation, symbolic batch and time; "
        "`export` is `torch.export` with both dynamic, not strict. torchtyc checks the same decoder with its axes "
        f"annotated (`{ANNOTATED}`), a whole process, at sizes of its own. The time is that of the "
        "look alone; the memory is the peak of the process, torch included."
    )
    return Section("Large models", about, tuple(cases))


def silent(_stack: ExitStack) -> Section:
    """What experiments and the rules of silent mistakes cost."""
    about = (
        "`benchmarks/programs/gpt.py`, 12 layers of 768, a process each; the time is that of the look alone. The model "
        "and the audit run on four texts of 256 words, which the audit cuts to 12. Taken out for comparison are the "
        "looks over a whole run, those at each call, and the values that masks are followed by."
    )
    cases = (gpt.way("forward"), gpt.way("audit", "forward"), gpt.way("plain"), gpt.way("check", "plain"))
    return Section("Silent mistakes", about, cases)


SECTIONS: dict[str, Callable[[ExitStack], Section]] = {
    "imports": imports,
    "checks": checks,
    "explanations": explanations,
    "undisturbed": undisturbed,
    "models": models,
    "silent": silent,
    "large": large,
}


def _axiswise(script: str) -> Callable[[], Taken]:
    def said(done: subprocess.CompletedProcess[str]) -> str:
        try:
            return _answer(json.loads(done.stdout))
        except ValueError:
            return last_line(done)

    return process(["python", "-m", "axiswise", "check", script, "--format", "json"], said)


def _answer(report: dict[str, Any]) -> str:
    """Return a report in a few words: each finding's rule, line and best fix; whether the script was checked."""
    answers = [
        f"{finding['rule']} at line {finding['line']}, "
        + (f"fix {finding['fixes'][0]['verdict']}" if finding["fixes"] else "no fix")
        for finding in report["findings"]
    ]
    return "; ".join(answers) or f"{report['targets'][0]['status']}, nothing found"


def _warm(script: str, sandbox: Sandbox) -> Callable[[], Taken]:
    def run() -> Taken:
        began = time.perf_counter()
        report: Report = check([script], sandbox=sandbox)
        seconds = time.perf_counter() - began
        return Taken(seconds, _answer(report.to_json()))

    return run


def _torchtyc(script: str, command: str = "run") -> Callable[[], Taken]:
    def said(done: subprocess.CompletedProcess[str]) -> str:
        told = [line for line in done.stdout.splitlines() if "stopped at" in line or "raised" in line]
        return (told[0] if told else last_line(done)).replace(script, Path(script).name).strip()

    start = "import sys; from torchtyc.cli import main; sys.exit(main())"
    return process(["python", "-c", start, command, script], said)


def _headline(done: subprocess.CompletedProcess[str]) -> str:
    """Return the first line of axiswise's explanation, or the last line where there is none."""
    lines = [line for line in done.stderr.splitlines() if line.startswith(("error[", "warning[", "note["))]
    return lines[0] if lines else last_line(done)


def _summary(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stdout.splitlines() if line.startswith("Total params")]
    return lines[0] if lines else last_line(done)


def _told(run: Callable[[], Taken]) -> Callable[[], Taken]:
    """Take the time that a program prints for its own."""

    def taken() -> Taken:
        return Taken(float(run().said))

    return taken
