"""Attention: embedding widths, heads, masks, batch and length of query, key and value."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads("was expecting embedding dimension of {built:int}, but got {found:int}")
def embedding(built: int, found: int) -> Conflict:
    return conflict("embedding", "multihead_attention", {}, size("query", -1, found), size("", -1, built, "embed_dim"))


@family.reads("the feature number of src and tgt must be equal to d_model")
def transformer_width() -> Conflict:
    return conflict("embedding", "transformer", {}, size("query", -1, -1), size("", -1, -1, "d_model"))


@family.reads("the batch number of src and tgt must be equal")
def transformer_batch() -> Conflict:
    return conflict("attention-batch", "transformer", {}, size("key", -1, -1), size("query", -1, -1))


@family.reads(
    "embed_dim must be divisible by num_heads", "embed_dim {width:int} not divisible by num_heads {heads:int}"
)
def heads(width: int = -1, heads: int = -1) -> Conflict:
    return conflict(
        "heads", "multihead_attention", {}, size("", -1, width, "embed_dim"), size("", -1, heads, "num_heads")
    )


@family.reads(
    "embed_dim must be divisible by num_heads (got `embed_dim`: {width:int} and `num_heads`: {heads:int})",
    "The hidden size ({width:int}) is not a multiple of the number of attention heads ({heads:int})",
    "`embed_dim` must be divisible by num_heads (got `embed_dim`: {width:int} and `num_heads`: {heads:int})",
    "hidden_size {width:int} must be divisible by num_heads {heads:int}",
)
def model_heads(width: int, heads: int) -> Conflict:
    return conflict(
        "heads", "multihead_attention", {}, size("", -1, width, "embed_dim"), size("", -1, heads, "num_heads")
    )


@family.reads(
    "key shape {key:shape} does not match value shape {value:shape}",
    "key's sequence and batch dims {key:shape} do not match value's {value:shape}",
)
def key_value(key: Shape, value: Shape) -> Conflict | None:
    return unequal("attention-batch", "multihead_attention", ("key", "value"), key, value)


@family.reads(
    "The shape of the {axes:int}D attn_mask is {found:shape}, but should be {wanted:shape}",
    "The size of the {axes:int}D attn_mask is not correct",
)
def mask(axes: int, found: Shape = (), wanted: Shape = ()) -> Conflict | None:
    return _mask("attn_mask", found, wanted)


def _mask(role: str, found: Shape, wanted: Shape) -> Conflict:
    axis = first_difference(found, wanted)
    left = size(role, -1, len(found)) if axis is None else size(role, axis, found[axis])
    right = size("", -1, len(wanted)) if axis is None else size("", axis, wanted[axis])
    return conflict("mask", "multihead_attention", {role: found} if found else {}, left, right, wanted=wanted)


@family.reads(
    "expecting key_padding_mask shape of {wanted:shape}, but got {found:shape}",
    "Attention mask should be of size {wanted:shape}, but is {found:shape}",
    "Attention mask should be of size {wanted:shape}, but got {found:shape}",
)
def whole_mask(wanted: Shape, found: Shape) -> Conflict:
    return _mask("key_padding_mask" if len(wanted) == 2 else "attn_mask", found, wanted)


@family.reads("Expected key_padded_mask.shape[{axis:int}] to be {wanted:int}, but got {found:int}")
def padding_mask(axis: int, wanted: int, found: int) -> Conflict:
    return conflict("mask", "multihead_attention", {}, size("key_padding_mask", axis, found), size("", axis, wanted))


@family.reads(
    "For batched ({axes:int}-D) `query`, expected `{role:word}` to be `None` or {a:int}-D but found "
    "{found:int}-D tensor instead",
    "For unbatched ({axes:int}-D) `query`, expected `{role:word}` to be `None` or {a:int}-D but found "
    "{found:int}-D tensor instead",
    "For batched ({axes:int}-D) `query`, expected `{role:word}` to be `None`, {a:int}-D or {b:int}-D but "
    "found {found:int}-D tensor instead",
    "For unbatched ({axes:int}-D) `query`, expected `{role:word}` to be `None`, {a:int}-D or {b:int}-D but "
    "found {found:int}-D tensor instead",
)
def mask_rank(axes: int, role: str, a: int, found: int, b: int = -1) -> Conflict:
    allowed = (a, b) if b >= 0 else (a,)
    return conflict("mask", "multihead_attention", {}, size(role, -1, found), None, allowed=allowed, query_rank=axes)


@family.reads("attn_mask's dimension {found:int} is not supported")
def mask_dimension(found: int) -> Conflict:
    return conflict("mask", "multihead_attention", {}, size("attn_mask", -1, found), None, allowed=(2, 3))


@family.reads(
    "query should be unbatched {low:int}D or batched {high:int}D tensor but received {found:int}-D query tensor"
)
def query_rank(low: int, high: int, found: int) -> Conflict:
    return rank("multihead_attention", "query", found, low, high)


@family.reads(
    "For batched ({axes:int}-D) `query`, expected `key` and `value` to be {wanted:int}-D but found "
    "{key:int}-D and {value:int}-D tensors",
    "For unbatched ({axes:int}-D) `query`, expected `key` and `value` to be {wanted:int}-D but found "
    "{key:int}-D and {value:int}-D tensors",
)
def key_rank(axes: int, wanted: int, key: int, value: int) -> Conflict:
    return rank("multihead_attention", *(("key", key) if key != wanted else ("value", value)), wanted)


@family.reads(
    "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: {query:int} "
    "key.dim: {key:int} and value.dim: {value:int}"
)
def attention_rank(query: int, key: int, value: int) -> Conflict:
    role, found = min((("query", query), ("key", key), ("value", value)), key=lambda pair: pair[1])
    return rank("sdpa", role, found, "2 or more")


@family.reads("Number of heads in key and value must divide the number of heads in")
def grouped_heads() -> Conflict:
    return conflict("heads", "sdpa", {}, size("query", -3, -1), size("key", -3, -1))


@family.reads(
    "Attention weights should be of size {wanted:shape}, but is {found:shape}",
    "`attn_output` should be of size {wanted:shape}, but is {found:shape}",
)
def scores(wanted: Shape, found: Shape) -> Conflict | None:
    return unequal("attention-batch", "multihead_attention", ("scores", "wanted"), found, wanted)
