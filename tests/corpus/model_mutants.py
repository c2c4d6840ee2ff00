"""Plant single faults in real models, and see what is said of the models alone: `python -m tests.corpus.model_mutants`.

A copy of a model's file with one fault in it stands in a folder beside a file that builds the model and does nothing
else. Ground truth is the real framework: a mutant counts where the original runs and the mutant raises. `--models NAME
...` takes some models, `--each N` that many mutants of one; what comes of each is added to `--record FILE`, a line of
JSON each, and what stands there is not done again, so that a run may be cut into pieces. With `--alone` no file beside
builds the model: its arguments have to be chosen. `--again` judges those of the
record once more that were not mended, `--summary` only prints what it holds.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiswise.checking import check, warm_sandbox
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis
from axiswise.frontends.choosing import TORCH, Warmth
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text
from tests.corpus.loaded import loaded
from tests.corpus.mutant_models import MODELS, Model, original
from tests.corpus.plant import Plant, planted, plants
from tests.corpus.records import record, recorded

STAND_INS = Path(__file__).parent / "modules" / "stand_ins"
OTHER_ERRORS = ("TypeError", "NameError", "AttributeError", "UnboundLocalError")
"""What is raised by programs that are broken in another way than in their shapes."""
WORDS = ("mended", "near", "found", "UNSEEN")
"""What may become of a mutant, the best first."""


@dataclass(slots=True)
class Mutant:
    """A model with a fault that raises, and what was said of it.

    Attributes:
        model: The model's title.
        plant: The fault.
        error: What the real framework raises.
        word: One of `WORDS`.
        located: Whether a finding stands at the planted line.
        said: The findings, or why there is none.
        fix: What the first fix does.
        seconds: How long it took to say so.
    """

    model: str
    plant: Plant
    error: str
    word: str = ""
    located: bool = False
    said: list[str] = field(default_factory=list[str])
    fix: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, Plant]:
        return self.model, self.plant

    def told(self) -> str:
        """Return one line: what became of it, what was planted, what torch says and what axiswise says."""
        place = f"{self.model}:{self.plant.line} {self.plant.kind} -> {self.plant.text!r}"
        said = f"{'; '.join(self.said)[:200]} | {self.fix[:80]}"
        return f"{self.word:7}{place} | {self.error[:90]} | {said} [{self.seconds:.0f}s]"


def _lines(finding: Diagnosis) -> set[int]:
    """Return the lines that a finding points at: its own, those of its first note and of its first fix."""
    spans = [finding.span, finding.raised_at, *(note.span for note in finding.notes[:1])]
    spans += [edit.span for fix in finding.fixes[:1] for edit in fix.edits]
    return {line for span in spans if span is not None for line in range(span.line, span.end_line + 1)}


# -- ground truth -----------------------------------------------------------------------------------------------------
@contextmanager
def torchvision_for(library: str) -> Iterator[None]:
    """Let a library import that names torchvision and does not need it, where it is not installed."""
    absent = library in ("vit_pytorch", "timm") and importlib.util.find_spec("torchvision") is None
    before = os.environ.get("PYTHONPATH", "")
    if absent:
        sys.path.append(str(STAND_INS))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [before, str(STAND_INS)]))
    yield
    if absent:
        sys.path.remove(str(STAND_INS))
        os.environ["PYTHONPATH"] = before
        for name in [each for each in sys.modules if each.partition(".")[0] == "torchvision"]:
            del sys.modules[name]


def ran(source: str, model: Model) -> tuple[Any, str]:
    """Run a model's file for real; return what the model gives, and what it raises."""
    import torch

    try:
        with loaded(source) as names:
            space = {**names, "torch": torch}
            exec(model.imports, space)
            space["built"] = eval(model.built, space).eval()
            torch.manual_seed(1)
            with torch.no_grad():
                return eval(f"built({model.given})", space), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def heads(source: str) -> Iterator[Plant]:
    """Another number of heads, or another order of axes, where a pattern says how an axis is taken apart."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not re.search(r"(?i)rearrange$|repeat$", ast.unparse(node.func)):
            continue
        for keyword in node.keywords:
            if keyword.arg in ("h", "heads", "num_heads") and keyword.value.end_lineno == keyword.value.lineno:
                end = keyword.value.end_col_offset or 0
                text = f"2 * {ast.unparse(keyword.value)}"
                yield Plant("number of heads", keyword.value.lineno, keyword.value.col_offset, end, text)
        for given in node.args:
            if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.end_lineno == given.lineno:
                left, arrow, right = given.value.partition("->")
                names = re.findall(r"\([^()]*\)|\S+", right)
                for at in range(1, len(names) - 1 if arrow else 0):
                    moved = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
                    text = repr(f"{left}-> {' '.join(moved)}")
                    yield Plant("order of a pattern", given.lineno, given.col_offset, given.end_col_offset or 0, text)


def mutants(model: Model, each: int, seed: int) -> list[Mutant]:
    """Return faults of a model that raise, as many kinds as there are.

    Raises:
        RuntimeError: The model itself does not run.
    """
    source = original(model)
    _, error = ran(source, model)
    if error:
        raise RuntimeError(f"{model.title} does not run as it is: {error}")
    found: list[Mutant] = []
    candidates = [*plants(source), *heads(source)]
    random.Random(seed).shuffle(candidates)
    for plant in candidates:
        if len(found) >= each:
            break
        text = planted(source, plant)
        if any(other.plant.kind == plant.kind for other in found):
            continue
        if ast.dump(ast.parse(text)) == ast.dump(ast.parse(source)):
            continue
        _, error = ran(text, model)
        if error and not error.startswith(OTHER_ERRORS):
            found.append(Mutant(model.title, plant, error))
    return found


# -- what is said -----------------------------------------------------------------------------------------------------
def judge(mutant: Mutant, model: Model, sandbox: Sandbox, *, alone: bool = False) -> None:
    """Have a mutant checked, and its first verified fix really run; `alone`: without a file that builds the model."""
    began, source = time.monotonic(), planted(original(model), mutant.plant)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.py")
        path.write_text(source, "utf-8")
        use = f"from model import *\n{model.imports}\n\nmodel = {model.built}\n"
        Path(folder, "use.py").write_text("" if alone else use, "utf-8")
        report = check([f"{path}::{model.name}"], Options(time_budget=60), sandbox=sandbox)
    mutant.seconds = time.monotonic() - began
    entry = report.targets[0]
    mutant.said = [f"{each.rule}: {each.message}" for each in report.findings]
    mutant.said = mutant.said or [" ".join(filter(None, (entry.status, entry.reason)))]
    mutant.located = any(each.span is not None and each.span.line == mutant.plant.line for each in report.findings)
    near = any(mutant.plant.line in _lines(finding) for finding in report.findings)
    mutant.word = WORDS[1] if near else WORDS[2] if report.findings else WORDS[3]
    mutant.fix = ""
    for fix in (fix for finding in report.findings[:1] for fix in finding.fixes[:1]):
        mutant.fix = f"{fix.title} ({fix.verdict})"
        if fix.verdict == "unverified" or any(Path(edit.span.path).name != "model.py" for edit in fix.edits):
            continue
        output, error = ran(apply_to_text(source, fix.edits), model)
        expected, _ = ran(original(model), model)
        if not error and _equal(output, expected):
            mutant.word = WORDS[0]


def _equal(left: Any, right: Any) -> bool:
    import torch

    if isinstance(left, torch.Tensor) and isinstance(right, torch.Tensor):
        return left.shape == right.shape and torch.allclose(left, right, atol=1e-5)
    if hasattr(left, "to_tuple") and hasattr(right, "to_tuple"):
        return _equal(left.to_tuple(), right.to_tuple())
    if isinstance(left, (tuple, list)):
        return len(left) == len(right) and all(_equal(*pair) for pair in zip(left, right, strict=True))
    return type(left) is type(right)


# -- the figures ------------------------------------------------------------------------------------------------------
def summary(judged: Iterable[Mutant]) -> Iterator[str]:
    """Yield the figures of each library and of all, as a table's rows."""
    groups: dict[str, list[Mutant]] = {}
    for mutant in judged:
        for group in (mutant.model.partition(".")[0], "all"):
            groups.setdefault(group, []).append(mutant)
    yield "| library | models | faults that raise | found | at the line | near it | mended |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for group, those in sorted(groups.items(), key=lambda pair: (pair[0] == "all", pair[0])):
        words = Counter(each.word for each in those)
        total = len(those)
        counts = [total - words["UNSEEN"], sum(each.located for each in those), words["near"] + words["mended"]]
        shown = (f"{count} ({100 * count / total:.0f}%)" for count in (*counts, words["mended"]))
        yield f"| {group} | {len({each.model for each in those})} | {total} | {' | '.join(shown)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.corpus.model_mutants", description=__doc__)
    parser.add_argument("--models", nargs="*", default=[], help="names of modules or of libraries")
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--again", nargs="*", choices=WORDS[1:], help="judge these once more")
    parser.add_argument("--alone", action="store_true", help="let nothing build the models")
    parser.add_argument("--summary", action="store_true")
    asked = parser.parse_args()
    known = recorded(asked.record, Mutant)
    if not asked.summary:
        for library in dict.fromkeys(each.library for each in MODELS):
            wanted = [each for each in MODELS if each.library == library and _is_asked_for(each, asked.models)]
            with torchvision_for(library):
                run(wanted, known, asked)
    judged = sorted(known.values(), key=lambda each: -WORDS.index(each.word))
    print(*(each.told() for each in judged if each.word != WORDS[0]), sep="\n")
    print(*summary(judged), sep="\n")


def _is_asked_for(model: Model, names: Collection[str]) -> bool:
    return not names or model.library in names or model.module.rpartition(".")[2] in names


def run(models: list[Model], known: dict[tuple[str, Plant], Mutant], asked: argparse.Namespace) -> None:
    """Judge the mutants of one library's models."""
    with warm_sandbox(Warmth(TORCH, tuple(dict.fromkeys(each.library for each in models))), 60) as sandbox:
        for model in models:
            own = [each for each in known.values() if each.model == model.title]
            due = [each for each in own if each.word in (asked.again or ())]
            try:
                if asked.again is None and len(own) < asked.each:
                    due = [each for each in mutants(model, asked.each, asked.seed) if each.key not in known]
            except (RuntimeError, ModuleNotFoundError) as error:
                print(error, flush=True)
                continue
            for mutant in due:
                judge(mutant, model, sandbox, alone=asked.alone)
                known[mutant.key] = mutant
                record(mutant, asked.record)
                print(mutant.told(), flush=True)


if __name__ == "__main__":
    main()
