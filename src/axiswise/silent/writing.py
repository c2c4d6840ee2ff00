"""Language models: words in, and at each step scores of all words. One that writes on may look at no later step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.ops.axes import numbers
from axiswise.silent.following import Uses
from axiswise.silent.reducing import PRODUCTS
from axiswise.silent.shifted import among_steps

_CAUSAL = re.compile(r"causal|auto_?regress|gpt|llama|mistral|language_?model|decoder_?only|lm_?head|next_?token", re.I)
"""Names of modules that write on."""
NOT_CAUSAL = re.compile(
    r"non_?causal|masked|mlm|bert|electra|encoder$|bidirect|diffusion|denois|prefix|xlnet|non_?auto", re.I
)
"""Names of modules that fill in, whatever else they are called."""
_OF_WORDS = re.compile(r"LM(?![a-z])|(?i:decoder)")
"""Names of modules that write on where they read words."""
_CERTAIN = re.compile(r"(?<!non)(?<!non_)(?:causal|auto_?regress)|gpt|llama|mistral|decoder_?only|next_?token", re.I)
"""Names that leave no doubt; a language model, or a decoder, may be one that fills in."""


def written_on(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield what looks at later steps within a language model that is named for writing on.

    Facts: `named` (the class), whether that is `certain`, `steps` (the axis), and `mask` (the name of what is missing).
    """
    read = [call for call in trace.calls if call.op == "embedding" and call.operands["input"].rank == 2]
    scored = [call for call in trace.calls if call.op in {"linear", *PRODUCTS} and call.outputs] if read else []
    seen = set[int]()
    for head in scored:
        for words in read:
            if words.outputs and words.index in uses.before(head) and _is_scoring(uses, head, words):
                named = [
                    each[1]
                    for each in head.within
                    if each in words.within and is_named_causal(each[1], reads_words=True)
                ]
                for conflict in _foreseen(trace, uses, words, head) if named else ():
                    if conflict.call.index not in seen:
                        seen.add(conflict.call.index)
                        said = {"named": named[0], "certain": bool(_CERTAIN.search(named[0]))}
                        yield Conflict(conflict.kind, conflict.call, conflict.left, facts={**conflict.facts, **said})


def is_named_causal(name: str, *, reads_words: bool) -> bool:
    """Return whether a class is named for writing on."""
    is_one = _CAUSAL.search(name) or (reads_words and _OF_WORDS.search(name))
    return bool(is_one) and not NOT_CAUSAL.search(name)


def _is_scoring(uses: Uses, head: OpCall, words: OpCall) -> bool:
    """Return whether a product gives, for each step that was read, a score for each word there is."""
    scores, table = head.outputs[0], words.operands.get("weight")
    if table is None or scores.rank != 3 or scores.shape[-1] != table.shape[0]:
        return False
    steps = uses.lineage.of(words.outputs[0])[1]
    return bool(steps) and uses.lineage.of(scores)[1] == steps


def _foreseen(trace: Trace, uses: Uses, words: OpCall, head: OpCall) -> Iterator[Conflict]:
    steps = uses.lineage.of(words.outputs[0])[1]
    for index in sorted(uses.before(head)):
        call = trace.calls[index]
        for role, axis, mask in among_steps(trace, uses, call):
            if uses.lineage.of(call.operands[role])[axis] == steps:
                use = AxisUse(role, axis, call.operands[role].shape[axis])
                yield Conflict("visible-target", call, use, facts={"steps": axis, "mask": mask})


def padded_ahead(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield convolutions of a module that is causal by its name, padded behind the last step as well, and never cut.

    Facts: as of `written_on`.
    """
    for call in trace.calls:
        named = [name for _, name in call.within[-2:] if _CAUSAL_CONVOLUTION.search(name)]
        if call.op == "conv1d" and named and call.outputs and call.operands["input"].rank == 3:
            if call.operands["weight"].shape[-1] > 1 and _behind(trace, call) > 0 and not _is_cut(uses, call):
                use = AxisUse("input", 2, call.operands["input"].shape[2])
                facts = {"named": named[-1], "certain": True, "steps": 2, "mask": ""}
                yield Conflict("visible-target", call, use, facts=facts)


_CAUSAL_CONVOLUTION = re.compile(r"(?<!non)(?<!non_)(?<!a)causal", re.I)
_KEPT = frozenset("relu gelu silu tanh sigmoid dropout batch_norm add mul glu leaky_relu".split())
"""What the steps of a convolution go through before some are cut off."""


def _behind(trace: Trace, call: OpCall) -> int:
    """Return by how many steps a convolution's input is padded behind the last."""
    own, made = call.params.get("padding"), trace.producer(call.operands["input"].id)
    padded = numbers(made[0].params.get("pad")) if made is not None and made[0].op == "pad" else ()
    return sum(numbers(own)[-1:]) + sum(padded[1:2])


def _is_cut(uses: Uses, call: OpCall) -> bool:
    """Return whether a part is taken of what a convolution gives."""
    return any(met.call.op in ("index", "narrow") for met in uses.followed(call.outputs[0], _KEPT))
