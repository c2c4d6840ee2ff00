"""The corpus: right programs get silence, broken ones an answer that is no worse than the one on record."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.corpus import observed
from tests.corpus.judging import (
    HERE,
    ROOT,
    Case,
    Fault,
    Judgement,
    clean_cases,
    judge,
    judge_all,
    mended,
    planted_cases,
)
from tests.corpus.score import GROUPS, figures, misses, recorded, worse


@pytest.mark.parametrize("group", ["clean", "examples", "planted", "sample"])
def test_no_figure_falls_behind_the_record(group: str) -> None:
    judged = judge_all(GROUPS[group]())
    told = "\n".join(line for each in judged for line in misses(each))
    assert worse(figures(judged), recorded()[group]) == [], told


def test_the_framework_agrees_with_what_the_corpus_claims() -> None:
    call = [sys.executable, "-m", "tests.corpus.confirm"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_enough_programs_and_faults() -> None:
    assert len(clean_cases()) >= 50
    assert len(planted_cases()) == 10
    mutants = json.loads((HERE / "mutants.json").read_text("utf-8"))
    raising = [mutant for mutant in mutants if mutant["type"]]
    assert len(raising) >= 60
    assert min(sum(m["file"] == path.name for m in raising) for path in (HERE / "programs").glob("*.py")) >= 4
    assert len({mutant["kind"] for mutant in raising}) >= 30


@pytest.mark.parametrize(("folder", "least"), [("keras", 30), ("tensorflow", 10)])
def test_observed_programs_are_on_record_as_run(folder: str, least: int) -> None:
    known = observed.manifest(folder)
    for kind in ("broken", "right"):
        assert set(known[kind]) == {path.name for path in (HERE / folder / kind).glob("*.py")}
        assert len(known[kind]) >= least
    for backend in observed.FOLDERS[folder]:
        for path in observed.programs(folder, backend):
            assert backend in known[path.parent.name][path.name]["ends"], f"{path.name} was not run on {backend}"
    assert all(any(entry["ends"].values()) and entry["lines"] and entry["rules"] for entry in known["broken"].values())
    assert not any(end for entry in known["right"].values() for end in entry["ends"].values())


def test_what_names_tensorflow_runs_on_it_alone() -> None:
    assert observed.backends("keras", "from tensorflow import keras\n") == ("tensorflow",)
    assert observed.backends("keras", "import keras\nimport numpy\n") == ("tensorflow", "torch", "jax")


CASE = Case("planted", "one", "a.py", "x = 1\nlayer(400)\ny = 2\n")


def _finding(line: int, verdict: str = "verified") -> dict[str, object]:
    edit = {"path": "a.py", "start": [2, 6], "end": [2, 9], "text": "256"}
    fixes = [{"title": "set it to 256", "verdict": verdict, "edits": [edit]}]
    return {"rule": "r", "line": line, "path": "a.py", "message": "m", "notes": [], "fixes": fixes}


def _judged(*findings: dict[str, object], line: int = 2) -> Judgement:
    fault = Fault((line,), ("r",))
    case = Case("planted", "one", "a.py", CASE.source, (fault,))
    return judge(case, {"status": "checked", "reason": None, "seconds": 1.0}, list(findings))


def test_a_finding_on_the_line_counts_everywhere() -> None:
    said = _judged(_finding(2))
    assert (said.detected, said.located, said.near, said.ruled, said.mended, said.extra) == (1, 1, 1, 1, 1, 0)
    assert misses(said) == []


def test_a_finding_elsewhere_whose_fix_is_on_the_line_is_near() -> None:
    said = _judged(_finding(3, "unverified"), _finding(1, "unverified"))
    assert (said.detected, said.located, said.near, said.mended, said.extra) == (1, 0, 1, 0, 1)
    assert len(misses(said)) == 2


def test_a_fix_is_applied_where_it_says() -> None:
    assert mended(CASE, _finding(2)) == "x = 1\nlayer(256)\ny = 2\n"


def test_silence_on_a_broken_program_is_a_miss() -> None:
    said = _judged()
    assert said.detected == 0
    assert "UNSEEN" in misses(said)[0]


def test_a_right_program_counts_only_when_it_was_checked_to_its_end() -> None:
    partial = judge(CASE, {"status": "partial", "reason": "stopped", "seconds": 1.0}, [])
    assert not partial.quiet
    assert misses(partial)


def test_worse_knows_which_way_is_better() -> None:
    assert worse({"located": 4, "extra": 1}, {"located": 3, "extra": 2}) == []
    assert worse({"located": 2, "extra": 3}, {"located": 3, "extra": 2}) == ["located", "extra"]


def test_the_same_cause_failing_again_is_not_counted_against() -> None:
    case = Case("examples", "one", "a.py", CASE.source, (Fault((2,), ("r",), also=(3,)),))
    said = judge(case, {"status": "checked", "reason": None, "seconds": 1.0}, [_finding(2), _finding(3), _finding(1)])
    assert (said.located, said.extra) == (1, 1)
