"""The closing lines: what was checked, up to where, and what was found in it."""

from __future__ import annotations

from collections import Counter

from axiswise.diagnosis import Report, Target
from axiswise.render import RenderOptions
from axiswise.render.parts.lines import Line, wrapped
from axiswise.render.parts.plain import plain


def summary_lines(report: Report, options: RenderOptions) -> list[Line]:
    """Return a line for every target that was not checked to its end, and one that sums up."""
    lines: list[Line] = []
    for target in report.targets:
        if target.status != "checked":
            lines += wrapped([(target.status, "warning"), (f": {incomplete(target)}", "")], options.width, 2)
        if options.verbose:
            lines += [line for aside in _asides(target) for line in wrapped([(aside, "aside")], options.width, 2)]
    return lines + wrapped([(summary(report, options), "")], options.width, 2)


def incomplete(target: Target) -> str:
    """Return a target's name and why it was not checked to its end."""
    return f"{plain(target.target)}: {plain(target.reason or 'no reason was given')}"


def _asides(target: Target) -> list[str]:
    inputs = ", ".join(f"{plain(name)}: {plain(dims)}" for name, dims in target.inputs.items())
    told = [f"inputs{' (inferred)' if target.inferred else ''}: {inputs}"] if inputs else []
    told += [f"holds for {plain(', '.join(target.holds_for))}"] if target.holds_for else []
    return told + [f"assumed: {plain(assumption)}" for assumption in target.assumptions]


def summary(report: Report, options: RenderOptions) -> str:
    """Return one line: findings, then how much was looked at."""
    looked_at = [target for target in report.targets if target.status in ("checked", "partial")]
    found = counted(report)
    if not report.targets:
        return found
    if not looked_at:
        return "nothing was checked" if not report.findings else f"{found}; nothing was checked to its end"
    if not report.findings and any(target.status == "partial" for target in looked_at):
        found = f"{found} in the part that was checked of"
    else:
        found = f"{found} in"
    where = plain(looked_at[0].target) if len(looked_at) == 1 else f"{len(looked_at)} targets"
    ops = sum(target.ops for target in looked_at)
    seconds = sum(target.seconds for target in report.targets)
    told = f"{found} {where}; {ops or 'no'} operation{'s' * (ops != 1)} checked in {seconds:.1f} s"
    assumptions = sum(len(target.assumptions) for target in report.targets)
    if assumptions and not options.verbose:
        told += f"; {assumptions} assumption{'s' * (assumptions != 1)}: --verbose"
    return told


def counted(report: Report) -> str:
    """Return how many findings there are of each severity: `2 errors and 1 note`."""
    count = Counter(finding.severity for finding in report.findings)
    words = [f"{count[kind]} {kind}{'s' * (count[kind] > 1)}" for kind in ("error", "warning", "note") if count[kind]]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else (words or ["nothing found"])[0]
