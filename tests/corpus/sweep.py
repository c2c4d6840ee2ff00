"""Check every model class of a library that a default configuration builds: right programs, to be met by silence.

    python -m tests.corpus.sweep transformers [CLASS ...] [--write docs/sweeps.md] [--most N]

Models are built under torch's fake tensors, their stacks cut to few layers: nothing is downloaded, nothing is computed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import axiswise
from axiswise.config import Options

GROUPS = {
    "causal language": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "masked language": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "sequence to sequence": "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "image classification": "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",
    "audio classification": "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",
    "speech to text": "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
    "speech with CTC": "MODEL_FOR_CTC_MAPPING_NAMES",
    "image and text": "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES",
}
"""transformers' own lists of model classes, by what they do."""

DEPTH = 2
"""Layers of each stack."""


@dataclass
class Line:
    """What became of one class."""

    group: str
    name: str
    status: str
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    holds_for: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_symbolic(self) -> bool:
        """Whether the batch and one length at least are shown, not only tried."""
        shown = " ".join(self.holds_for)
        named = [[axis for axis in _axes(text) if not axis.isdecimal()] for text in self.inputs.values()]
        batch = next((axes[0] for axes in named if axes), "")
        lengths = {axis for axes in named for axis in axes[1:]} - {batch}
        told = {word for word in re.findall(r"[A-Za-z_]\w*", shown)}
        return batch in told and (not lengths or bool(lengths & told))


def _axes(text: str) -> list[str]:
    """Return the axes of `Float[batch time 512]`."""
    return text.partition("[")[2].rstrip("]").split()


def classes(wanted: list[str], most: int) -> Iterator[tuple[str, Any, Any]]:
    """Yield (group, model class, configuration class), each class once; of each group so many, evenly spread."""
    import transformers
    from transformers.models.auto import configuration_auto, modeling_auto

    seen: set[str] = set()
    for group, listed in GROUPS.items():
        names = [
            (kind, name)
            for kind, found in getattr(modeling_auto, listed).items()
            for name in (found if isinstance(found, (tuple, list)) else [found])
            if name not in seen and (not wanted or name in wanted) and kind in configuration_auto.CONFIG_MAPPING_NAMES
        ]
        step = max(1.0, len(names) / most)
        for kind, name in [names[int(at * step)] for at in range(min(most, len(names)))]:
            seen.add(name)
            cls = getattr(transformers, name)
            yield group, cls, cls.config_class or getattr(transformers, configuration_auto.CONFIG_MAPPING_NAMES[kind])


def small(config: Any) -> Any:
    """Cut a configuration's stacks, and those of the configurations in it, to a few layers."""
    held = vars(config)
    whole = next((held[name] for name in STACKS if isinstance(held.get(name), int)), 0)
    lists = {name: value for name, value in held.items() if isinstance(value, (list, tuple)) and len(value) == whole}
    rows = list(zip(*lists.values(), strict=True)) or [()] * whole
    kept = sorted({rows.index(row) for row in rows} | set(range(min(DEPTH, whole))))  # one layer of each kind
    for name, value in lists.items():
        setattr(config, name, [value[at] for at in kept])
    for name in STACKS & held.keys():
        if isinstance(held[name], int) and held[name] > len(kept) and whole:
            setattr(config, name, len(kept))
    for value in list(held.values()):
        if hasattr(value, "model_type"):
            small(value)
    return config


STACKS = {"num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers", "decoder_layers",
          "num_encoder_layers", "num_decoder_layers"}  # fmt: skip


def built(cls: Any, config: Any) -> Any:
    """Return a model, built without data."""
    for cut in (small, lambda whole: whole):  # a configuration whose layers depend on one another stays as it is
        with suppress(Exception), FakeTensorMode(allow_non_fake_inputs=True):
            return cls(cut(config()))
    return cls(small(config()))  # a constructor that asks a tensor for its values


def checked(group: str, cls: Any, config: Any, seconds: float) -> Line:
    """Build and check one class."""
    began = time.monotonic()
    try:
        model = built(cls, config).eval()
    except Exception as error:  # what a default configuration does not build is no one's fault here
        return Line(group, cls.__name__, "unbuilt", f"{type(error).__name__}: {error}".splitlines()[0][:140])
    report = axiswise.check(model, Options(time_budget=seconds))
    target = report.targets[0]
    told = [f"{each.rule}: {each.message} ({each.span})" for each in report.findings if each.severity == "error"]
    others = [f"{each.rule}: {each.message}" for each in report.findings if each.severity != "error"]
    return Line(
        group,
        cls.__name__,
        target.status,
        target.reason or target.tried_only,
        target.inputs,
        target.holds_for,
        tuple(told),
        tuple(others),
        time.monotonic() - began,
    )


def shown(line: Line) -> str:
    """Return one class in one line, and what is amiss beneath it."""
    mark = "symbolic" if line.is_symbolic else "        "
    head = f"{line.status:8} {mark} {line.seconds:5.1f} s  {line.name}"
    amiss = [f"    error: {text}" for text in line.errors] + [f"    {text}" for text in line.others]
    if line.status != "checked" or not line.is_symbolic:
        amiss.append(f"    {line.reason} {dict(line.inputs)} {list(line.holds_for)}")
    return "\n".join([head, *amiss])


def table(lines: list[Line]) -> str:
    """Return the figures by group, as Markdown."""
    rows = [
        "| kind | classes | checked | in part | skipped | symbolic | errors | median s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    groups = [*dict.fromkeys(line.group for line in lines)]
    for name, own in [*((group, [each for each in lines if each.group == group]) for group in groups), ("all", lines)]:
        own = [line for line in own if line.status != "unbuilt"]
        if not own:
            continue
        count = {status: sum(line.status == status for line in own) for status in ("checked", "partial", "skipped")}
        count["skipped"] += sum(line.status == "failed" for line in own)
        times = sorted(line.seconds for line in own)
        rows.append(
            f"| {name} | {len(own)} | {count['checked']} | {count['partial']} | {count['skipped']} | "
            f"{sum(line.status == 'checked' and line.is_symbolic for line in own)} | "
            f"{sum(len(line.errors) for line in own)} | {times[len(times) // 2]:.1f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Check what is asked for, tell it as it comes, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", choices=["transformers"])
    parser.add_argument("classes", nargs="*")
    parser.add_argument("--most", type=int, default=1000, help="classes of each group, evenly spread")
    parser.add_argument("--seconds", type=float, default=60.0, help="time budget of one class")
    parser.add_argument("--write", type=Path, help="write the table into this file")
    parser.add_argument("--lines", type=Path, help="write what was found of each class as JSON lines")
    args = parser.parse_args()
    torch.set_num_threads(1)
    lines: list[Line] = []
    for group, cls, config in classes(args.classes, args.most):
        lines.append(checked(group, cls, config, args.seconds))
        print(shown(lines[-1]), flush=True)
        if args.lines:
            with args.lines.open("a") as file:
                file.write(json.dumps(asdict(lines[-1])) + "\n")
        if args.write:
            args.write.write_text(document(lines))
    print(table(lines))


def document(lines: list[Line]) -> str:
    """Return the page of the sweep."""
    misses = [f"- `{line.name}`: {line.reason or 'sizes are tried, not shown'}" for line in lines if _is_miss(line)]
    unbuilt = sum(line.status == "unbuilt" for line in lines)
    return f"""# Sweeps over libraries of right models

Made by `python -m tests.corpus.sweep {" ".join(sys.argv[1:])}`.
Each class is built from its default configuration, its stacks cut to {DEPTH} layers, and given to `axiswise.check`.
*Symbolic*: the batch and a length, height or width are shown for all sizes told, not only tried at a few.
{unbuilt} classes are not built by their default configuration and are left out.

{table(lines)}

## Misses

{chr(10).join(misses)}
"""


def _is_miss(line: Line) -> bool:
    return (
        line.status not in ("checked", "unbuilt")
        or bool(line.errors)
        or (line.status == "checked" and not line.is_symbolic)
    )


if __name__ == "__main__":
    main()
