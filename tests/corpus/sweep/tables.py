"""The figures of sweeps, and the page that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.corpus.sweep.lines import Line

HEAD = """# Sweeps over libraries of right models

Right programs, to be met by silence. Each model is built on torch's fake tensors, without its weights, and given to
`axiswise.check` as it is, with no hint of its inputs. *Checked*: it ran to its end with inputs that were found out.
*Symbolic*: besides, the batch and a length, height or width are shown for all sizes told, not only tried at a few; the
batch alone, where the model has one number for each other axis. Seconds are of processor time.
"""


def table(lines: Sequence[Line]) -> str:
    """Return the figures by group, as Markdown."""
    rows = [
        "| kind | models | checked | in part | skipped | symbolic | errors | warned | median s | longest s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    groups = [*dict.fromkeys(line.group for line in lines)]
    parts = [(group, [line for line in lines if line.group == group]) for group in groups]
    for name, group in [*parts, *([("all", list(lines))] if len(parts) > 1 else [])]:
        own = [line for line in group if line.status != "unbuilt"]
        if own:
            rows.append(_row(name, own))
    return "\n".join(rows)


def _row(name: str, own: Sequence[Line]) -> str:
    def part(count: int) -> str:
        return f"{count} ({100 * count / len(own):.0f}%)"

    checked, partial = (sum(line.status == status for line in own) for status in ("checked", "partial"))
    times = sorted(line.processor for line in own)
    return (
        f"| {name} | {len(own)} | {part(checked)} | {partial} | {len(own) - checked - partial} | "
        f"{part(sum(line.is_symbolic for line in own))} | {sum(len(line.errors) for line in own)} | "
        f"{sum(len(line.others) for line in own)} | {times[len(times) // 2]:.1f} | {times[-1]:.1f} |"
    )


def document(parts: Iterable[tuple[str, str, str, Sequence[Line]]], note: str = "") -> str:
    """Return the page: of each library its name, the command, what was swept and how, and what became of it."""
    texts = [HEAD, *([f"{note}\n"] if note else [])]
    for library, command, swept, lines in parts:
        unbuilt = [line for line in lines if line.status == "unbuilt"]
        texts += [f"## {library}\n", f"`{command}`: {swept}\n", table(lines) + "\n", "### Misses\n"]
        texts.append("\n".join(f"- `{line.name}`: {_why(line)}" for line in lines if line.is_miss) or "None.")
        if unbuilt:
            texts.append(f"\n{len(unbuilt)} are not built so by the library itself, and are left out:\n")
            texts.append("\n".join(f"- `{line.name}`: {line.reason}" for line in unbuilt))
        texts.append("")
    return "\n".join(texts)


def _why(line: Line) -> str:
    return "; ".join([*line.errors, line.reason or "sizes are tried, not shown"])
