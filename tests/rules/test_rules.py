"""What holds for every rule."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiswise.diagnosis import Raised
from axiswise.facts import AxisUse, Conflict, LayerRef, OpCall, TensorRef
from axiswise.ops.contract import KINDS, contracts
from axiswise.rules.rule import Rule, rule_named, rules
from axiswise.source.scene import Scene
from tests.rules.pages import page_of

CANDIDATES = {
    "attention-layout",
    "attention-order",
    "batch-statistics",
    "class-axis",
    "dropout-mode",
    "example-as-step",
    "frozen",
    "key-value",
    "loss-input",
    "mask-polarity",
    "memory-padding",
    "norm-axis",
    "padded-steps",
    "padding-class",
    "paired",
    "positions",
    "reduction-axis",
    "row-order",
    "repeated-term",
    "scrambled",
    "softmax-axis",
    "squeeze",
    "unread-mask",
    "unread-state",
    "visible-target",
}
"""Kinds of calls that succeeded: a rule speaks only with evidence."""

SECTIONS = ["What happened", "Why", "How to mend it", "Cases"]
OTHER_WORDS = ("In Keras and TensorFlow", "In NumPy")
"""What a page says in other names than torch's, before its cases."""
each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)

ROLES = [
    "input",
    "weight",
    "bias",
    "left",
    "right",
    "query",
    "key",
    "value",
    "src",
    "tgt",
    "memory",
    "attn_mask",
    "key_padding_mask",
    "target",
    "index",
    "mask",
    "h_0",
    "c_0",
    "tensors.0",
    "tensors.1",
    "operands.0",
    "operands.1",
    "stored",
    "parameter",
]
SIZE_PARAMS = [
    "shape",
    "dims",
    "split_size_or_sections",
    "kernel_size",
    "dim",
    "num_heads",
    "nhead",
    "in_channels",
    "embed_dim",
    "batch_first",
    "pattern",
    "equation",
    "highest_index",
    "groups",
]
sizes = st.integers(-1, 70)
shapes = st.lists(sizes, max_size=5).map(tuple)
values = st.one_of(
    st.none(), st.booleans(), sizes, shapes, st.sampled_from(["b t (h d) -> b h t d", "ij,jk->ik", "a", ""])
)
facts = st.dictionaries(
    st.sampled_from(
        [
            "allowed",
            "lowest",
            "highest",
            "length",
            "names",
            "found",
            "expected",
            "wanted",
            "letter",
            "letters",
            "divisor",
            "name",
            "argument",
            "attribute",
            "container",
            "missing",
            "unexpected",
            "causal",
            "devices",
            "operand",
            "elements",
            "value",
            "changed",
            "moved",
            "amount",
            "before",
            "after",
            "own",
            "why",
            "told",
            "axis",
        ]
    ),
    st.one_of(shapes, sizes, st.just(()), st.just(("float32", "int64")), st.just("float32"), st.just((2, "3 or more"))),
    max_size=3,
)


@st.composite
def uses(draw: st.DrawFn, operands: dict[str, TensorRef]) -> AxisUse | None:
    """One side of a conflict, which may point beyond what the call has."""
    if draw(st.booleans()) and operands:
        role = draw(st.sampled_from(sorted(operands)))
        shape = operands[role].shape
        axis = draw(st.integers(0, len(shape) - 1)) if shape and draw(st.booleans()) else -1
        return AxisUse(role, axis, shape[axis] if axis >= 0 else draw(sizes))
    return draw(
        st.one_of(
            st.none(),
            st.builds(
                AxisUse, st.sampled_from(["", *ROLES]), st.integers(-3, 4), sizes, st.sampled_from(["", "shape", "dim"])
            ),
        )
    )


@st.composite
def conflicts(draw: st.DrawFn) -> Conflict:
    """A conflict of any kind, as a trace or a message may give it: with operands, sides and facts missing."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    op = draw(st.sampled_from(["", "conv2d", "max_pool1d", "backward", "item", "attention", *sorted(contracts())]))
    drawn = draw(st.dictionaries(st.sampled_from(ROLES), shapes, max_size=4))
    operands = {role: TensorRef(-1, shape, draw(st.sampled_from(["", "float32"]))) for role, shape in drawn.items()}
    params = draw(st.dictionaries(st.sampled_from(SIZE_PARAMS), values, max_size=4))
    layer = draw(st.sampled_from([None, LayerRef("net.fc", "Linear")]))
    spelled = draw(st.sampled_from(["", "torch.Tensor.view", "torch.bmm"]))
    call = OpCall(-1, op, operands, params, layer=layer, spelled=spelled)
    return Conflict(kind, call, draw(uses(operands)), draw(uses(operands)), draw(facts))


@given(conflicts())
@settings(max_examples=1500, deadline=None)
def test_no_rule_raises_on_what_is_missing(conflict: Conflict) -> None:
    scene = Scene(conflict, raised=Raised("RuntimeError", "no such shape"))
    spoken = 0
    for rule in rules():
        if conflict.kind not in rule.kinds:
            continue
        diagnosis = rule.match(conflict, scene)
        for _ in rule.fixes(conflict, scene):
            pass
        if diagnosis is not None:
            spoken += 1
            message = diagnosis.message
            assert message
            assert "\n" not in message
            assert not message.endswith(".") or message.endswith("...")
            assert "mat1" not in message
            assert not re.search(r"(?<![\w(, \[])-1\b", message)
    assert spoken or conflict.kind in CANDIDATES, f"no rule speaks of {conflict.kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_spoken_for(kind: str) -> None:
    assert [rule.slug for rule in rules() if kind in rule.kinds]


@each_rule
def test_a_rule_names_kinds_that_there_are(rule: Rule) -> None:
    assert rule.kinds
    assert rule.kinds <= KINDS.keys()


@each_rule
def test_a_summary_is_one_sentence(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z`][^\n]+\.", rule.summary)
    assert len(rule.summary) <= 110


@each_rule
def test_a_rule_is_small_and_pure(rule: Rule) -> None:
    source = inspect.getsource(inspect.getmodule(type(rule)) or rule.__class__)
    assert source.count("\n") <= 150
    assert not re.search(r"^(import|from) (torch|numpy|ast|os|sys)\b", source, re.MULTILINE)
    assert "verdict" not in source


@each_rule
def test_a_page_has_its_parts(rule: Rule) -> None:
    page = page_of(rule)
    assert page.text.startswith(f"# {rule.slug}\n\n{rule.summary}\n")
    titles = re.findall(r"^## (.+)$", page.text, re.MULTILINE)
    assert [title for title in titles if title not in OTHER_WORDS] == SECTIONS
    assert page.cases
    assert {case.slug for case in page.cases} == {rule.slug}
    assert page.silent
    assert rule.page() == page.text


def test_slugs_are_unique_and_found() -> None:
    slugs = [rule.slug for rule in rules()]
    assert len(set(slugs)) == len(slugs)
    assert all(rule_named(slug) is not None for slug in slugs)
    assert rule_named("no-such-rule") is None
