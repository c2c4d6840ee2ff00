"""One name for two axes of inputs that have to be equal: what was given a name only by custom takes the other's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from axiswise.frontends.torch.models.proofs import Budget, Proof
from axiswise.frontends.torch.models.regions import explore
from axiswise.frontends.torch.models.specs import CallSpec, is_of_batch
from axiswise.frontends.torch.models.symbols import Region, Stopped

_EQUAL = re.compile(r"([^\W\d]\w*) == ([^\W\d]\w*)")


def explored(
    call: CallSpec,
    symbolic: Callable[[CallSpec, frozenset[str]], Region | Stopped],
    concrete: Callable[[CallSpec], Any],
    budget: Budget,
) -> tuple[CallSpec, Proof]:
    """Return for which sizes a call works, with axes that it failed with unless they are equal under one name.

    Args:
        call: The call, with sizes at which it passes.
        symbolic: Runs a call on symbols for the given names.
        concrete: Runs a call, and returns what fails, or None.
        budget: How often each may be called.
    """

    def proof_of(call: CallSpec) -> Proof:
        return explore(
            call,
            lambda sizes, free: symbolic(call.resized(sizes), free),
            lambda sizes: concrete(call.resized(sizes)),
            budget,
        )

    proof = proof_of(call)
    alike = _unified(call, proof)
    return (call, proof) if alike == call else (alike, proof_of(alike))


def _unified(call: CallSpec, proof: Proof) -> CallSpec:
    for constraint in proof.constraints:
        found, sizes = _EQUAL.fullmatch(constraint.text), call.sizes()
        if found is not None and {*found.groups()} <= sizes.keys() and _is_one(call, *found.groups()):
            told = _told(call)
            kept, given_up = sorted(found.groups(), key=lambda name: (name not in told, is_of_batch(name)))
            call = call.renamed({given_up: kept}).resized({kept: sizes[kept]})
    return call


def _is_one(call: CallSpec, one: str, other: str) -> bool:
    """Return whether two names stand for one thing: not in one input, nor where a text tells both.

    Nor are a batch and a length that stands behind a batch elsewhere: that these are equal is worth to be told.
    """
    held = [{axis.name for axis in spec.axes} for _, spec in call.tensors()]
    if any({one, other} <= names for names in held) or {one, other} <= _told(call):
        return False
    lengths = {one, other} - {name for name in (one, other) if is_of_batch(name)}
    return len(lengths) != 1 or not any(lengths <= names and any(map(is_of_batch, names)) for names in held)


def _told(call: CallSpec) -> set[str]:
    return {axis.name for _, spec in call.tensors() if spec.told for axis in spec.axes}
