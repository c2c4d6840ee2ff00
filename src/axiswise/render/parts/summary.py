"""The closing lines: what was checked, up to where, and what was found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from axiswise.diagnosis import Limit, Report, Target
from axiswise.render import RenderOptions
from axiswise.render.parts.lines import Line, wrapped
from axiswise.render.parts.plain import place, plain


def summary_lines(report: Report, options: RenderOptions) -> list[Line]:
    """Return a line for every model and for what was not checked to its end, and one that sums up."""
    lines: list[Line] = []
    for target in report.targets:
        if target.status != "checked":
            lines += wrapped([(target.status, "warning"), (f": {incomplete(target)}", "")], options.width, 2)
        elif is_model(target):
            lines += wrapped(
                [("checked", "verified"), (f": {plain(target.target)}{_taken(target)}", "")], options.width, 4
            )
        for text in _known(target):
            lines += wrapped([("  ", ""), (text, "")], options.width, 4)
        if options.verbose:
            lines += [line for aside in _asides(target) for line in wrapped([(aside, "aside")], options.width, 2)]
    return lines + wrapped([(summary(report, options), "")], options.width, 2)


def is_model(target: Target) -> bool:
    """Return whether a target is a module or function that was checked by itself."""
    return "::" in target.target or (bool(target.inputs) and not target.target.endswith(".py"))


def incomplete(target: Target) -> str:
    """Return a target's name and why it was not checked to its end."""
    return f"{plain(target.target)}: {plain(target.reason or 'no reason was given')}"


def _taken(target: Target) -> str:
    """Return what a model was given, as a signature."""
    return f"({', '.join(f'{plain(name)}: {plain(dims)}' for name, dims in target.inputs.items())})"


def _known(target: Target) -> list[str]:
    """Return for which sizes a model works, and where each limit comes from."""
    every = (plain(text).removesuffix(" >= 1") for text in target.holds_for)
    told = [f"for every {', '.join(every)}"] if target.holds_for else []
    by_place: dict[object, list[Limit]] = {}
    for limit in target.limits:
        by_place.setdefault((limit.source, limit.span), []).append(limit)
    told += [limits_in_words(limits) for limits in by_place.values()]
    return told + ([f"tried at some sizes only: {plain(target.tried_only)}"] if target.tried_only else [])


def limits_in_words(limits: Sequence[Limit]) -> str:
    """Return limits of one place, and sizes beyond: `time <= 128, from positions at net.py:20; fails at time 129`."""
    span, source = limits[0].span, plain(limits[0].source)
    where = place(span) if span else ""
    told = f", from {source} at {where}" if source and where else f", from {source or where}" if source or where else ""
    sizes = (" and ".join(f"{plain(name)} {size}" for name, size in limit.sizes.items()) for limit in limits)
    return f"{', '.join(plain(limit.text) for limit in limits)}{told}; fails at {', '.join(dict.fromkeys(sizes))}"


def _asides(target: Target) -> list[str]:
    told = [f"inputs{' (inferred)' if target.inferred else ''}: {_taken(target)[1:-1]}"] if target.inputs else []
    for limit in target.limits:
        told.append(f"{limits_in_words([limit])}: {plain(limit.message)}")
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
    ops = sum(target.ops for target in looked_at)
    seconds = sum(target.seconds for target in report.targets)
    where = _whereabouts(report.targets, looked_at)
    told = f"{found} {where}; {ops or 'no'} operation{'s' * (ops != 1)} checked in {seconds:.1f} s"
    assumptions = sum(len(target.assumptions) for target in report.targets)
    if assumptions and not options.verbose:
        told += f"; {assumptions} assumption{'s' * (assumptions != 1)}: --verbose"
    return told


def _whereabouts(targets: Sequence[Target], looked_at: Sequence[Target]) -> str:
    """Return what was looked at: the one target, or how many, and of models what became of them."""
    if len(targets) == 1:
        return plain(looked_at[0].target)
    if not any(is_model(target) for target in targets):
        return plain(looked_at[0].target) if len(looked_at) == 1 else f"{len(looked_at)} targets"
    count = Counter(target.status for target in targets)
    words = {"checked": "checked", "partial": "in part", "skipped": "skipped", "failed": "failed"}
    told = ", ".join(f"{count[status]} {word}" for status, word in words.items() if count[status])
    return f"{len(targets)} {'models' if all(map(is_model, targets)) else 'targets'}: {told}"


def counted(report: Report) -> str:
    """Return how many findings there are of each severity: `2 errors and 1 note`."""
    count = Counter(finding.severity for finding in report.findings)
    words = [f"{count[kind]} {kind}{'s' * (count[kind] > 1)}" for kind in ("error", "warning", "note") if count[kind]]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else (words or ["nothing found"])[0]
