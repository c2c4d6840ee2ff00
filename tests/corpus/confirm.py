"""Confirm with the real framework what the corpus claims: `python -m tests.corpus.confirm`.

Right programs run to their end without a warning of shapes; broken ones raise what their tables say. Prints what is not
so, and nothing where all is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.corpus.ground_truth import load_frameworks, run
from tests.corpus.judging import EXAMPLES, HERE, clean_cases, mutant_cases, planted_cases


def contradictions() -> Iterator[str]:
    """What the framework contradicts, one line each."""
    for case in clean_cases():
        outcome = run(case.source, str((case.beside or HERE) / case.file))
        if outcome.type or outcome.warned:
            yield f"{case.name} is said to be right: {outcome}"
    for case in planted_cases():
        if not (outcome := run(case.source, str(HERE / "programs" / case.file))).raise_line:
            yield f"{case.name} is said to raise: {outcome}"
    for table in sorted(EXAMPLES.glob("*/expected.json")):
        for name, wanted in json.loads(table.read_text("utf-8")).items():
            path = table.parent / name
            outcome = run(path.read_text("utf-8"), str(path))
            expected = wanted.get("raises", "") or ""
            if "raises" in wanted and (bool(expected) != bool(outcome.type) or expected not in outcome.message):
                yield f"{table.parent.name}/{name} is said to raise {expected!r}: {outcome}"
    mutants = json.loads((HERE / "mutants.json").read_text("utf-8"))
    for case, mutant in list(zip(mutant_cases(), mutants, strict=True))[::6]:
        outcome = run(case.source, str(HERE / "programs" / case.file))
        if (outcome.type, outcome.raise_line) != (mutant["type"], mutant["raise_line"]):
            yield f"{case.name} is said to raise {mutant['type']} at {mutant['raise_line']}: {outcome}"


def main() -> int:
    load_frameworks()
    found = list(contradictions())
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
