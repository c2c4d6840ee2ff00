"""Recurrent layers: width, state, ranks, packed sequences."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "input.size(-1) must be equal to input_size. Expected {built:int}, got {found:int}",
    "input has inconsistent input_size: got {found:int} expected {built:int}",
    "input has inconsistent input_size: got {found:int}, expected {built:int}",
)
def width(built: int, found: int) -> Conflict:
    return conflict("features", "rnn", {}, size("input", -1, found), size("", -1, built, "input_size"))


@family.reads(
    "Expected hidden[{number:int}] size {wanted:shape}, got {found:shape}",
    "Expected hidden size {wanted:shape}, got {found:shape}",
)
def state(wanted: Shape, found: Shape, number: int = 0) -> Conflict:
    role = ("h_0", "c_0")[number == 1]
    axis = first_difference(found, wanted)
    if axis is None:
        return rank("rnn", role, len(found), len(wanted), shape=found)
    return conflict(
        "state", "rnn", {role: found}, size(role, axis, found[axis]), size("", axis, wanted[axis]), wanted=wanted
    )


@family.reads(
    "{role:word} has inconsistent hidden_size: got {found:int}, expected {built:int}",
    "{role:word} has inconsistent hidden_size: got {found:int} expected {built:int}",
)
def state_width(role: str, found: int, built: int) -> Conflict:
    role = "c_0" if role.endswith("1") else "h_0"
    return conflict("state", "rnn", {}, size(role, 1, found), size("", -1, built, "hidden_size"))


@family.reads(
    "Input batch size {wanted:int} doesn't match hidden{number:int} batch size {found:int}",
    "Input batch size {wanted:int} doesn't match hidden batch size {found:int}",
)
def state_batch(wanted: int, found: int, number: int = 0) -> Conflict:
    return conflict("state", "rnn", {}, size("c_0" if number == 1 else "h_0", 0, found), size("input", 0, wanted))


@family.reads(
    "For batched {axes:int}-D input, hx should also be {wanted:int}-D but got {found:int}-D tensor",
    "For unbatched {axes:int}-D input, hx should also be {wanted:int}-D but got {found:int}-D tensor",
    "For batched {axes:int}-D input, hx and cx should also be {wanted:int}-D but got ({found:int}-D, "
    "{cell:int}-D) tensors",
    "For unbatched {axes:int}-D input, hx and cx should also be {wanted:int}-D but got ({found:int}-D, "
    "{cell:int}-D) tensors",
)
def state_rank(axes: int, wanted: int, found: int, cell: int = -1) -> Conflict:
    op = "lstm" if cell >= 0 else "rnn"
    role, axes_found = ("h_0", found) if found != wanted else ("c_0", cell)
    return rank(op, role, axes_found, wanted)


@family.reads(
    "{layer:word}: Expected input to be {low:int}D or {high:int}D, got {found:int}D instead",
    "{layer:word}: Expected input to be {low:int}-D or {high:int}-D but received {found:int}-D tensor",
    "{layer:word}: expected input to be {low:int}D or {high:int}D, got {found:int}D instead",
)
def input_rank(layer: str, low: int, high: int, found: int) -> Conflict:
    return rank(layer.lower().removesuffix("cell"), "input", found, low, high)


@family.reads("input must have {wanted:int} dimensions, got {found:int}")
def older_input_rank(wanted: int, found: int) -> Conflict:
    return rank("rnn", "input", found, wanted)


@family.reads("Expected `len(lengths)` to be equal to batch_size, but got {found:int} (batch_size={wanted:int})")
def lengths(found: int, wanted: int) -> Conflict:
    return conflict("batch", "pack_padded_sequence", {}, size("", -1, found, "lengths"), size("input", -1, wanted))


@family.reads("Expected sequence length to be larger than 0 in RNN")
def empty_sequence() -> Conflict:
    return conflict("other", "rnn", {}, size("input", -1, 0))
