"""Reports to render: one written by hand with all that a report can hold, and any other by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from axiswise.diagnosis import Diagnosis, Edit, Fix, Limit, Note, Raised, Report, Target
from axiswise.origin import Span

TRAIN = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)
        self.fc1 = nn.Linear(400, 120)

    def forward(self, x):
        x = self.conv(x)
        x = torch.flatten(x, 1)
        x = self.fc1(x)
        return torch.softmax(x, 0)
"""


def span(line: int, start: int, end: int, path: str = "train.py") -> Span:
    return Span(path, line, start, line, end)


RESIZED = Fix(
    "build fc1 with 256 inputs",
    (Edit(span(9, 29, 32), "256"),),
    verdict="verified",
    holds_for="every batch >= 1",
)
LINEAR = Diagnosis(
    "linear-in-features",
    "`self.fc1` takes 400 features, but `x` has 256",
    span(14, 12, 23),
    "x: (batch, 256) · fc1: 400 -> 120",
    (Note("256 = 16 x 4 x 4, from the flatten", span(13, 12, 31)),),
    (RESIZED, Fix("pad the features", (Edit(span(14, 21, 22), "pad(x)"),)), Fix("train at 12 x 12 pixels")),
    exception=Raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied"),
    raised_at=span(14, 12, 23),
    module="fc1",
)
SOFTMAX = Diagnosis(
    "softmax-batch",
    "`torch.softmax` normalises over the batch",
    span(15, 15, 34),
    "axis 0 of (batch, 120)",
    fixes=(
        Fix(
            "normalise over the classes",
            (Edit(span(15, 32, 33), "-1"),),
            choice=True,
            verdict="verified-for-example",
            holds_for="batch 32 and 8",
        ),
        Fix("leave it to the loss", (Edit(span(15, 15, 34), "x"),), choice=True, verdict="verified"),
        Fix("normalise by hand"),
    ),
    severity="warning",
    silent=True,
)
PASTED = Diagnosis("broadcast-mismatch", "sizes 3 and 4 do not broadcast", None, "(3,) · (4,)")
REPORT = Report(
    (
        Target("train.py", "checked", inputs={"x": "Float[batch 3 32 32]"}, inferred=True, ops=41, seconds=0.43),
        Target("other.py", "partial", "line 5 reads a value", ops=1, assumptions=("`flag` is true",), seconds=0.02),
    ),
    (SOFTMAX, LINEAR, PASTED),
)

# Anything that a file name, a message or a source line may hold, and what must not reach a terminal.
ANY_TEXT = st.text(max_size=60) | st.text(
    st.sampled_from("ab \t\n\r\x1b[31m\x00\u202e漢🙂e\u0301`%:,<&>\ud800"), max_size=60
)
NUMBERS = st.integers(-3, 40) | st.integers(0, 10**9)
PATHS = st.sampled_from(["train.py", "gone.py", "/train.py", "", ".", "a\x00b", "wide.py", "a b/ü%:,.py"]) | ANY_TEXT
SPANS = st.builds(Span, PATHS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
FIXES = st.builds(
    Fix,
    ANY_TEXT,
    st.lists(st.builds(Edit, SPANS, ANY_TEXT), max_size=3).map(tuple),
    choice=st.booleans(),
    verdict=st.sampled_from(["verified", "verified-for-example", "unverified"]),
    holds_for=ANY_TEXT,
)
DIAGNOSES = st.builds(
    Diagnosis,
    st.sampled_from(["linear-in-features", "unknown", "../x", ""]) | ANY_TEXT,
    ANY_TEXT,
    st.none() | SPANS,
    ANY_TEXT,
    st.lists(st.builds(Note, ANY_TEXT, st.none() | SPANS), max_size=3).map(tuple),
    st.lists(FIXES, max_size=4).map(tuple),
    st.sampled_from(["error", "warning", "note"]),
    st.booleans(),
    st.none() | st.builds(Raised, ANY_TEXT, ANY_TEXT),
    st.none() | SPANS,
    ANY_TEXT,
)
SIZES = st.dictionaries(ANY_TEXT, st.integers(1, 10**6), max_size=2)
LIMITS = st.builds(Limit, ANY_TEXT, SIZES, ANY_TEXT, ANY_TEXT, st.none() | SPANS)
TARGETS = st.builds(
    Target,
    ANY_TEXT,
    st.sampled_from(["checked", "partial", "skipped", "failed"]),
    st.none() | ANY_TEXT,
    st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=2),
    st.booleans(),
    st.lists(ANY_TEXT, max_size=2).map(tuple),
    st.lists(LIMITS, max_size=2).map(tuple),
    ANY_TEXT,
    st.integers(0, 10**6),
    st.lists(ANY_TEXT, max_size=2).map(tuple),
    st.floats(0, 1e6),
)
REPORTS = st.builds(Report, st.lists(TARGETS, max_size=3).map(tuple), st.lists(DIAGNOSES, max_size=4).map(tuple))
