"""Score axiswise over the corpus: `python -m tests.corpus.score [GROUP ...] [--prove] [--record]`.

Prints the figures of each group and every miss with its reason. `--prove` applies each first fix that is called
verified and runs the program with the real framework: one that does not hold is a broken promise. `--record` writes
`figures.json`, which may only improve.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.corpus import ground_truth, observed
from tests.corpus.judging import (
    HERE,
    PROVED,
    Case,
    Judgement,
    as_expected,
    clean_cases,
    example_cases,
    judge_all,
    mended,
    mutant_cases,
    planted_cases,
    sample_cases,
)

FIGURES = HERE / "figures.json"
GROUPS = {
    "clean": clean_cases,
    "examples": example_cases,
    "planted": planted_cases,
    "sample": sample_cases,
    "mutants": mutant_cases,
    "keras": observed.cases("keras", "keras", "tensorflow"),
    "keras-torch": observed.cases("keras-torch", "keras", "torch"),
    "keras-jax": observed.cases("keras-jax", "keras", "jax"),
    "tensorflow": observed.cases("tensorflow", "tensorflow", "tensorflow"),
    "numpy": observed.cases("numpy", "numpy", "numpy"),
}
LOWER_IS_BETTER = {"extra", "broken promises", "false alarms"}


def figures(judged: list[Judgement]) -> dict[str, int]:
    """The figures of one group: counts of programs for right ones, counts of faults for the others."""
    broken = [each for each in judged if each.case.faults]
    right = [each for each in judged if not each.case.faults]
    counted: dict[str, int] = {}
    if right:
        counted["right programs"] = len(right)
        counted["checked and silent"] = sum(each.quiet for each in right)
        counted["false alarms"] = sum(bool(each.findings) for each in right)
    if broken:
        counted["faults"] = sum(len(each.case.faults) for each in broken)
        for name in ("detected", "located", "near", "mended", "extra"):
            counted[name] = sum(getattr(each, name) for each in broken)
        if any(fault.rules for each in broken for fault in each.case.faults):
            counted["ruled"] = sum(each.ruled for each in broken)
        fixable = sum(fault.fixable for each in broken for fault in each.case.faults)
        if fixable < counted["faults"]:
            counted["fixable"] = fixable
    return counted


def broken_promises(judged: list[Judgement]) -> list[str]:
    """First fixes called verified under which the real program still raises, or only warns."""
    promised: list[tuple[Case, str, str]] = []
    for each in judged:
        if len(each.case.faults) != 1 or each.case.faults[0].also:
            continue  # one fix cannot mend them all
        for _, finding in each.found:
            if finding is None or not finding["fixes"] or finding["fixes"][0]["verdict"] not in PROVED:
                continue
            source = mended(each.case, finding)
            if source is not None:
                promised.append((each.case, finding["fixes"][0]["title"], source))
    backend = judged[0].case.backend if judged else ""
    places = [str((case.beside or HERE / "programs") / case.file) for case, _, _ in promised]
    sources = [(source, place) for (_, _, source), place in zip(promised, places, strict=True)]
    ran = ground_truth.run_all(sources, backend) if backend else [ground_truth.run(*each) for each in sources]
    found: list[str] = []
    for (case, title, _), outcome in zip(promised, ran, strict=True):
        if outcome.type or outcome.warned:
            told = (outcome.message or outcome.warned).replace("\n", " ")[:110]
            found.append(f"{case.name}: {title!r}, then {outcome.type} {told}")
    return found


def misses(each: Judgement) -> list[str]:
    """What fell short in a case, one line each."""
    where = f"{each.case.group} {each.case.name}"
    head = f"{where} [{each.status}{': ' + each.reason if each.reason else ''}]"
    if not each.case.faults:
        said = [f"{f['rule']} at line {f['line']}: {f['message']}" for f in each.findings]
        return [] if each.quiet else [f"{head} {'; '.join(said)}"]
    lines: list[str] = []
    for fault, finding in each.found:
        wanted = "/".join(map(str, fault.lines))
        if finding is None:
            lines.append(f"{head} UNSEEN, line {wanted}")
            continue
        short: list[str] = []
        if finding["line"] not in fault.lines:
            short.append(f"line {finding['line']} for {wanted}")
        if fault.rules and finding["rule"] not in fault.rules:
            short.append(f"rule for {'/'.join(fault.rules)}")
        fixes = finding["fixes"]
        if not fixes and fault.fixable:
            short.append("no fix")
        elif not fixes:
            pass
        elif fixes[0]["verdict"] not in PROVED:
            short.append("fix unverified")
        elif not as_expected(fault, fixes[0]):
            short.append(f"fix {fixes[0]['title']!r}")
        if short:
            lines.append(f"{where} {'; '.join(short)} <- {finding['rule']}: {finding['message']}")
    lines.extend([f"{where} {each.extra} more finding(s) than faults"] if each.extra else [])
    return lines


def worse(new: dict[str, int], old: dict[str, int]) -> list[str]:
    """Names of the figures that fell behind the recorded ones."""
    return [
        name
        for name in old
        if (new.get(name, 0) > old[name] if name in LOWER_IS_BETTER else new.get(name, 0) < old[name])
    ]


def recorded() -> dict[str, dict[str, int]]:
    """The figures on record."""
    return json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; default: all")
    parser.add_argument("--prove", action="store_true", help="run each program that a verified fix mended")
    parser.add_argument("--record", action="store_true", help="write the figures, unless one fell")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at every Nth case only; never recorded")
    parser.add_argument("--details", type=Path, help="write every judgement as JSON")
    args = parser.parse_args()
    groups = args.groups or [
        name for name in GROUPS if name not in observed.FOLDERS or observed.manifest(name)["right"]
    ]
    if args.prove and not all(group.split("-")[0] in observed.FOLDERS for group in groups):
        ground_truth.load_frameworks()
    kept, fell = recorded(), False
    details: list[dict[str, Any]] = []
    for group in groups:
        judged = judge_all(GROUPS[group]()[:: args.every])
        counted = figures(judged)
        for line in (line for each in judged for line in misses(each)):
            print(line)
        if args.prove:
            promises = broken_promises(judged)
            counted["broken promises"] = len(promises)
            for each in promises:
                print(f"{group} BROKEN PROMISE {each}")
        print(f"== {group}: {', '.join(f'{name} {count}' for name, count in counted.items())}", flush=True)
        behind = worse(counted, kept.get(group, {})) if args.every == 1 else []
        if behind:
            fell = True
            print(f"== {group}: fell behind in {', '.join(behind)}; on record: {kept[group]}")
        elif args.every == 1:
            kept[group] = {**kept.get(group, {}), **counted}
        details += [
            {"case": e.case.name, "status": e.status, "reason": e.reason, "seconds": e.seconds, "findings": e.findings}
            for e in judged
        ]
    if args.details:
        args.details.write_text(json.dumps(details, indent=1), "utf-8")
    if args.record and not fell:
        FIGURES.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return int(fell)


if __name__ == "__main__":
    raise SystemExit(main())
