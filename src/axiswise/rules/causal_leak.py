from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.evidence import evidence, subject_of, told
from axiswise.rules.hiding import later_scores_hidden
from axiswise.rules.reading import setting
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

ATTENTIONS = {"MultiheadAttention": "attn_mask", "TransformerEncoder": "mask", "TransformerEncoderLayer": "src_mask"}
"""Layers that attend to every step unless they are given a mask, and the name of the mask."""


class CausalLeak(Rule):
    """An output of a causal module depends on a later step."""

    kinds = frozenset({"causality"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        said = evidence(conflict)
        why = conflict.facts.get("why")
        judged = (
            [f"judged as causal: {why}; `causal=False` says that it is not"] if isinstance(why, str) and why else []
        )
        return told(scene, f"{subject_of(scene)} looks ahead: {said.moves}", said, *judged)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        call = conflict.call
        if call.op == "sdpa":
            yield from scene.argument("is_causal", "True", "attend to earlier steps only", evidence=1.0)
        mask, first = ATTENTIONS.get(call.op), call.operands.get("input")
        if mask is not None and first is not None and first.rank == 3 and scene.site is not None:
            axis = 1 if setting(conflict, "batch_first") else 0
            given = scene.expression("input").strip("`")
            if given.isidentifier():
                value = f"torch.nn.Transformer.generate_square_subsequent_mask({given}.size({axis}))"
                yield from scene.argument(mask, value, "give it a causal mask", evidence=0.8)
        if call.op == "softmax":
            yield from later_scores_hidden(scene)
        if setting(conflict, "bidirectional") is True:
            yield Fix("read the sequence in one direction: `bidirectional=False`")
        yield Fix("mask the later steps, pad on the left only, normalise each step by itself")
