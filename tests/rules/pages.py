"""The pages of the rules as tests: cases and near misses, read from `src/axiswise/rules/*.md`.

The blocks of a page, in order:

- ```` ```python ````: a whole program, a case, with `# error: slug` (or warning, note) on the line that is to be found.
- ```` ```text ````: what the terminal shows for it, without colour, 80 columns wide. `AXISWISE_BLESS=1` writes it.
- ```` ```python fixed ````: the program after the first fix that verifies. A case without one has no such fix.
- ```` ```python silent ````: a near miss, on which nothing may be found.

A program of a rule of experiments (```` ```python audit ````, ```` ```python audit silent ````) defines `model` and
`batch`, and may define `options`: `axiswise.audit(model, batch, **options)` finds what is to be found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from axiswise.rules.rule import Rule, rules

BLOCK = re.compile(r"^```(python(?: audit)?(?: silent)?|python fixed|text)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
MARKER = re.compile(r"  # (error|warning|note): ([a-z-]+)$", re.MULTILINE)
QUOTED = re.compile(r"\bsays? `([^`]+)`")


@dataclass(frozen=True)
class Case:
    """A program on which something is found.

    Attributes:
        name: Where it stands: `linear_in_features-1`.
        program: Its text, without the marker.
        severity: What the marker says.
        slug: The rule that the marker names.
        line: The line of the marker.
        snapshot: What is shown; None where it was not written yet.
        fixed: The program after the first fix that verifies, or None.
        end: Where the python block ends in the page.
        shown: Where the text block lies in the page.
        audited: Whether `model` and `batch` are audited, and not the program checked.
    """

    name: str
    program: str
    severity: str
    slug: str
    line: int
    snapshot: str | None
    fixed: str | None
    end: int
    shown: tuple[int, int] | None
    audited: bool = False


@dataclass(frozen=True)
class Page:
    """A rule's page."""

    rule: Rule
    path: Path
    text: str
    cases: tuple[Case, ...]
    silent: tuple[tuple[str, str, bool], ...]

    @property
    def quotes(self) -> tuple[str, ...]:
        """What the page says that the framework says, in words that `…` may stand between."""
        return tuple(QUOTED.findall(self.text))


def page_of(rule: Rule) -> Page:
    """Return a rule's page.

    Raises:
        ValueError: A block stands where it means nothing, or a program has no marker, or two.
    """
    name = type(rule).__module__.rpartition(".")[2]
    path = Path(__file__).parents[2] / "src" / "axiswise" / "rules" / f"{name}.md"
    text = path.read_text("utf-8")
    cases: list[Case] = []
    silent: list[tuple[str, str, bool]] = []
    for match in BLOCK.finditer(text):
        info, body = match.groups()
        audited = info.startswith("python audit")
        if info in ("python", "python audit"):
            markers = list(MARKER.finditer(body))
            if len(markers) != 1:
                raise ValueError(f"{path.name}: case {len(cases) + 1} has {len(markers)} markers")
            severity, slug = markers[0].groups()
            line = body.count("\n", 0, markers[0].start()) + 1
            case_name = f"{name}-{len(cases) + 1}"
            program = MARKER.sub("", body)
            cases.append(Case(case_name, program, severity, slug, line, None, None, match.end(), None, audited))
        elif info.endswith("silent"):
            silent.append((f"{name}-silent-{len(silent) + 1}", body, audited))
        elif not cases:
            raise ValueError(f"{path.name}: a {info} block before any case")
        elif info == "text":
            cases[-1] = replace(cases[-1], snapshot=body, shown=match.span())
        else:
            cases[-1] = replace(cases[-1], fixed=body)
    return Page(rule, path, text, tuple(cases), tuple(silent))


def pages() -> list[Page]:
    """Return every page."""
    return [page_of(rule) for rule in sorted(rules(), key=lambda rule: rule.slug)]


def bless(page: Page, case: Case, shown: str) -> None:
    """Write a case's snapshot into its page, as it is on disk by now."""
    now = page_of(page.rule)
    current = next(each for each in now.cases if each.name == case.name)
    block = f"```text\n{shown}```\n"
    start, end = current.shown or (current.end, current.end)
    before = "" if current.shown else "\n"
    now.path.write_text(now.text[:start] + before + block + now.text[end:], "utf-8")
