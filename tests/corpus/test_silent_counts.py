"""Of each group of mistakes that raise nothing: enough kinds are found, and enough right programs look like them.

That they are found, and that the right ones stay silent, is what the tests of those programs hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from axiswise.rules.rule import rules
from tests.auditing import broken, right
from tests.rules.pages import page_of

FOLDER = Path(__file__).parent / "silent"
MARKER = re.compile(r"# (?:warning|note): ([a-z-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """A group of mistakes.

    Attributes:
        name: What goes wrong.
        rules: The rules that tell of it.
        words: What a right program has in it that looks like it.
    """

    name: str
    rules: frozenset[str]
    words: str


def _group(name: str, slugs: str, words: str) -> Group:
    return Group(name, frozenset(slugs.split()), words)


GROUPS = (
    _group("reshapes", "scrambled-reshape", r"\.view\(|reshape\(|flatten\("),
    _group("axes", "softmax-axis reduction-axis norm-axis", r"softmax\(|(?:mean|sum|norm|argmax|normalize)\(.*-?\d"),
    _group("broadcasts", "paired-broadcast loss-broadcast", r"squeeze\(|None\]|keepdim"),
    _group("layouts", "batch-read-as-sequence example-as-step row-order unread-state", r"batch_first|LSTM\(|GRU\("),
    _group("batches", "squeezed-batch frozen-batch", r"\.squeeze\(|size\(0\)|shape\[0\]|, _ = \w+\.shape"),
    _group(
        "attention", "attention-order key-value-source position-axis dropout-in-evaluation", r"softmax\(.*@|attention"
    ),
    _group("masks", "mask-polarity unread-mask memory-padding", r"mask|triu|tril"),
    _group("losses", "loss-input class-axis padding-class", r"cross_entropy|CrossEntropy|nll_loss|BCE|kl_div"),
    _group("experiments", "batch-mixing batch-statistics causal-leak padding-leak visible-target", ""),
)


def found(group: Group) -> int:
    """Return how many places are marked as found, on the rules' pages, in `silent/` and among what is audited."""
    pages = [page_of(rule) for rule in rules()]
    told = [case.slug for page in pages for case in page.cases]
    told += [slug for path in FOLDER.glob("*_broken.py") for slug in MARKER.findall(path.read_text("utf-8"))]
    told += [rule for _, _, rule, _, _ in broken.cases()]
    return sum(slug in group.rules for slug in told)


def alike(group: Group) -> int:
    """Return how many right programs look like it: near misses of its rules, and programs with its words in them."""
    pages = [page_of(rule) for rule in rules() if rule.slug in group.rules]
    texts = [path.read_text("utf-8") for path in (*FOLDER.glob("*_right.py"), *FOLDER.glob("programs/*.py"))]
    near = sum(len(page.silent) for page in pages)
    if not group.words:
        return near + len(list(right.cases()))
    return near + sum(re.search(group.words, text) is not None for text in texts)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_enough_kinds_are_found_and_enough_that_look_alike_are_right(group: Group) -> None:
    assert found(group) >= 6
    assert alike(group) >= 12
