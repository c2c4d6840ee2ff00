"""The command line: reads the call, hands it on, shows the answer."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from axiswise import __version__
from axiswise.config import ConfigError, Options, configured, settings
from axiswise.diagnosis import Report
from axiswise.render import RenderOptions, formats, renderer
from axiswise.render.parts.plain import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from axiswise.diagnosis import Edit
    from axiswise.source.mend import Mending, Snapshot

INTERRUPTED = 130
BROKEN_PIPE = 141
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"  # of a rule's slug
NOT_YET = {"weights": "checkpoints", "lsp": "editors"}

EPILOG = "exit status: 0 nothing found, 1 findings, 2 the call was wrong or a target could not be checked at all"


class CallError(Exception):
    """The call cannot be carried out; the message is one line for the user."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    audited = words[1:2] == ["--audit"]
    script = words[1 + audited : 2 + audited]
    if words[:1] == ["run"] and script and not script[0].startswith("-"):
        # All else is the script's: its options, its streams, its interrupts.
        return _run(script[0], words[2 + audited :], audited)
    if sys.stdout is None or sys.stderr is None:  # closed by the caller: nobody reads, the exit status still tells
        nowhere = open(os.devnull, "w")  # noqa: SIM115  open to the end of the process
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal's encoding lacks is written out
            stream.reconfigure(errors="backslashreplace")
    try:
        args = _read(words)
        status = args.carry_out(args)
        sys.stdout.flush()
        return status
    except (CallError, ConfigError) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        _tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _refuse(f"the output cannot be written: {error.strerror}")


def _tell(message: str) -> None:
    print(f"axiswise: {visible(message)}", file=sys.stderr)


def _refuse(message: str) -> int:
    _tell(message)
    return 2


def _read(argv: list[str]) -> argparse.Namespace:
    if argv and argv[0] in NOT_YET:
        raise CallError(f"`{argv[0]}`, for {NOT_YET[argv[0]]}, is not there yet")
    parser = argparse.ArgumentParser("axiswise", description="A shape debugger for neural-network code.", epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"axiswise {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    look = argparse.ArgumentParser(add_help=False)
    look.add_argument("--all", action="store_true", default=None, help="show every fix, not only the best")
    look.add_argument(
        "--verbose", action="store_true", default=None, help="show assumptions, inputs and what was raised"
    )
    look.add_argument("--format", choices=formats(), help="default: full")
    look.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")

    run = commands.add_parser("run", help="run a script; explain a shape error when one is raised")
    run.add_argument("--audit", action="store_true", help="experiment on the models that it called, at its end")
    run.add_argument("script")
    run.add_argument("args", nargs=argparse.REMAINDER, help="the script's own arguments")
    run.set_defaults(carry_out=_run_parsed)

    check = commands.add_parser("check", parents=[look], help="check scripts and models without data", epilog=EPILOG)
    check.add_argument(
        "targets", nargs="+", metavar="TARGET", help="file.py, file.py::Net, package.module:Net, a folder"
    )
    written = check.add_mutually_exclusive_group()
    written.add_argument("--fix", action="store_true", help="write verified fixes; 0 when every finding got one")
    written.add_argument("--diff", action="store_true", help="print verified fixes as a patch, and write nothing")
    inscribe = "write what models take into their source, as annotations (with --diff: print it)"
    check.add_argument("--annotate", action="store_true", default=None, help=inscribe)
    check.add_argument("--select", action="append", metavar="RULE", help="report these rules only (a,b or repeated)")
    check.add_argument("--ignore", action="append", metavar="RULE", help="do not report these rules")
    check.add_argument("--jobs", type=_positive(int), metavar="N", help="targets at the same time (default: 1)")
    check.add_argument("--strict", action="store_true", default=None, help="2 where a target was checked in part only")
    anew = "check models anew, and not only what has changed"
    check.add_argument("--no-cache", dest="cache", action="store_false", default=None, help=anew)
    budget = f"per target (default: {Options().time_budget:g})"
    check.add_argument("--time-budget", type=_positive(float), metavar="SECONDS", help=budget)
    check.add_argument(
        "--input",
        action="append",
        dest="inputs",
        metavar="'x: Float[batch time 512]'",
        help="what a module's parameter is given, instead of what is inferred (repeated)",
    )
    check.set_defaults(carry_out=_check)

    explain = commands.add_parser("explain", parents=[look], help="the page of a rule, or what an error text means")
    explain.add_argument("about", nargs="?", metavar="RULE|TEXT|-", help="- reads a text; nothing lists the rules")
    explain.set_defaults(carry_out=_explain)
    return parser.parse_args(argv)


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError
        return value

    number.__name__ = f"positive {kind.__name__}"
    return number


def _options(args: argparse.Namespace, start: Path) -> Options:
    """What the nearest pyproject.toml says, overridden by what the call says."""
    said = {name: getattr(args, name, None) for name in Options.__dataclass_fields__}
    said = {name: value for name, value in said.items() if value is not None}
    for name in ("select", "ignore"):
        if name in said:
            said[name] = [slug for item in said[name] for slug in item.replace(",", " ").split()]
    try:
        options = replace(configured(start), **settings(said, "the call"))
    except OSError as error:
        raise CallError(f"{error.filename}: {error.strerror}") from error
    if options.format not in formats():
        raise CallError(f"no format is called {options.format!r}; there are {', '.join(formats())}")
    if options.select or options.ignore:
        from axiswise.rules.rule import rules
        from axiswise.source.silence import UNUSED

        known = {rule.slug for rule in rules()} | {UNUSED}
        for slug in (*options.select, *options.ignore):
            if slug not in known:
                raise CallError(f"no rule is called {slug!r}{_near(slug, known)}")
    return options


def _near(word: str, known: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), 1)
    return f"; the nearest is {near[0]}" if near else "; `axiswise explain` lists them"


def _view(args: argparse.Namespace, options: Options) -> RenderOptions:
    import shutil

    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    automatic = not os.environ.get("NO_COLOR") and (terminal or bool(os.environ.get("FORCE_COLOR")))
    color = automatic if args.color == "auto" else args.color == "always"
    width = max(shutil.get_terminal_size().columns, 40)
    return RenderOptions(color, width, options.all, options.verbose)


def _show(report: Report, args: argparse.Namespace, options: Options) -> None:
    sys.stdout.write(renderer(options.format)(report, _view(args, options)))
    sys.stdout.flush()


def _run_parsed(args: argparse.Namespace) -> int:
    return _run(args.script, args.args, args.audit)


def _run(script: str, argv: list[str], audited: bool) -> int:
    from axiswise.running import run

    if not os.path.exists(script):
        return _refuse(f"{script}: no such file")
    if os.path.isdir(script):
        return _refuse(f"{script} is a folder; `run` takes a script")
    if not os.access(script, os.R_OK):
        return _refuse(f"{script} cannot be read: Permission denied")
    return run(script, argv, audited=audited)


def _check(args: argparse.Namespace) -> int:
    from axiswise.render.parts.summary import incomplete
    from axiswise.source.inputs import given_input
    from axiswise.source.mend import Snapshot
    from axiswise.source.silence import heeded
    from axiswise.targets import named, part_of, unreadable

    try:
        names = named(args.targets)
        asked = [given_input(text)[0] for text in args.inputs or ()]
    except ValueError as error:
        raise CallError(str(error)) from error
    options = _options(args, Path(os.path.abspath(part_of(names[0])[0])).parent)
    refused = [target for name in names if (target := unreadable(name))]
    readable = [name for name in names if name not in {target.target for target in refused}]
    snapshot = Snapshot.of(part_of(name)[0] for name in readable)
    report = Report(tuple(refused))
    if readable:
        from axiswise.checking import check
        from axiswise.sandbox import SandboxError

        try:
            report = heeded(check(readable, options), options.wants).joined(report)
        except SandboxError as error:
            raise CallError(str(error)) from error
    taken = {path.partition("[")[0] for target in report.targets for path in target.inputs}
    for name in asked:
        if name not in taken and all(target.status != "skipped" for target in report.targets):
            raise CallError(f"--input {name}: no module or function that was checked takes it")
    if options.format in ("full", "concise") and not any(target.status != "skipped" for target in report.targets):
        for target in report.targets:
            _tell(incomplete(target))
        return 2
    if args.annotate:
        return _annotate(report, snapshot, args, options)
    if args.diff or args.fix:
        return _mend(report, snapshot, args, options)
    _show(report, args, options)
    return _status(report, options)


def _status(report: Report, options: Options) -> int:
    partial = options.strict and any(target.status == "partial" for target in report.targets)
    return report.exit_status or (2 if partial else 0)


def _mend(report: Report, snapshot: Snapshot, args: argparse.Namespace, options: Options) -> int:
    from axiswise.source.mend import mending

    mended = mending(report.findings)
    if args.fix:
        _show(report, args, options)
    _write(mended.edits, snapshot, args, "fixed")
    _tell_mended(mended, "fixed" if args.fix else "would fix")
    remaining = replace(report, findings=tuple(finding for finding, _ in mended.left))
    return _status(remaining if args.fix else report, options)


def _annotate(report: Report, snapshot: Snapshot, args: argparse.Namespace, options: Options) -> int:
    """Write the annotations that were verified, or print them as a patch; findings are shown, and left."""
    if not args.diff:
        _show(report, args, options)
    fixes = [(target.target, target.annotations) for target in report.targets if target.annotations is not None]
    verified = [fix for _, fix in fixes if fix.verdict != "unverified"]
    _write([edit for fix in verified for edit in fix.edits], snapshot, args, "annotated")
    for name, fix in fixes:
        _tell(
            f"{'would annotate' if args.diff else 'annotated'} {name}"
            if fix in verified
            else f"left {name}: not verified"
        )
    return _status(report, options)


def _write(edits: Sequence[Edit], snapshot: Snapshot, args: argparse.Namespace, done: str) -> None:
    """Apply edits to the files that were checked; with `--diff`, print them as a patch."""
    from axiswise.source.edit import apply_to_disk, changes

    try:
        once = list(dict.fromkeys(edits))
        expected = snapshot.expected(edit.span.path for edit in once)
        if args.diff:
            sys.stdout.write("".join(change.diff() for change in changes(once, expected)))
            sys.stdout.flush()
        else:
            apply_to_disk(once, expected)
    except OSError as error:
        raise CallError(f"{error.filename}: {error.strerror}; nothing was {done}") from error
    except ValueError as error:
        raise CallError(f"{error}; nothing was {done}") from error


def _tell_mended(mended: Mending, done: str) -> None:
    from axiswise.render.parts.finding import verdict_of
    from axiswise.render.parts.plain import place, plain

    for finding, fix in mended.applied:
        where = place(fix.edits[0].span)
        _tell(f"{done} {where} [{finding.rule}]: {plain(fix.title)} ({verdict_of(fix)})")
    for finding, reason in mended.left:
        where = place(finding.span) if finding.span else "somewhere"
        _tell(f"left {where} [{finding.rule}]: {reason}")


def _explain(args: argparse.Namespace) -> int:
    about: str | None = args.about
    options = _options(args, Path.cwd())
    if about is None:
        from axiswise.rules.rule import rules

        for rule in sorted(rules(), key=lambda rule: rule.slug):
            print(f"{rule.slug:<28}{rule.summary}")
        return 0
    if about == "-" and sys.stdin is None:  # closed by the caller
        raise CallError("there is nothing to explain: the standard input is closed")
    if about != "-" and about.strip() and not about.strip(LETTERS):
        return _explain_rule(about, args, options)
    text = sys.stdin.buffer.read().decode(errors="replace") if about == "-" else about
    if not text.strip():
        raise CallError("there is nothing to explain: the text is empty")
    from axiswise.pasted import explain_text

    report = explain_text(text, Path.cwd())
    _show(report, args, options)
    return _status(report, options)


def _explain_rule(slug: str, args: argparse.Namespace, options: Options) -> int:
    from axiswise.render.parts.page import shown_page
    from axiswise.rules.rule import rule_named, rules

    rule = rule_named(slug)
    if rule is None:
        raise CallError(f"no rule is called {slug!r}{_near(slug, {rule.slug for rule in rules()})}")
    sys.stdout.write(shown_page(rule.page(), _view(args, options)))
    return 0
