"""torch's names for other shapes and other orders of the same elements, and for cutting and repeating."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import Reader, named, reader, reads, table

_KEEPS_OR_FLATTENS = "input|self, dim=None"

READERS: dict[str, Reader] = table(
    reads("reshape", "input|self, *shape|size", "Tensor.view", is_view=True),
    reads("reshape", "input|self, *shape|size", "reshape"),
    named("Tensor.view_as", reader("reshape", "input|self, other", is_view=True)),
    named("Tensor.reshape_as", reader("reshape", "input|self, other")),
    reads("flatten", "input|self, start_dim=0, end_dim=-1"),
    named("ravel", reader("flatten", "input|self")),
    named("unflatten", reader("unflatten", "input|self, dim, *sizes")),
    named("permute", reader("permute", "input|self, *dims")),
    named("transpose swapaxes swapdims", reader("transpose", "input|self, dim0|axis0, dim1|axis1")),
    named("movedim moveaxis", reader("movedim", "input|self, source, destination")),
    named("t", reader("reverse-axes", "input|self", flat=True)),
    named("Tensor.T.__get__", reader("reverse-axes", "input|self")),
    named("Tensor.mT.__get__ Tensor.mH.__get__ adjoint", reader("matrix-transpose", "input|self")),
    named("squeeze", reader("squeeze", _KEEPS_OR_FLATTENS)),
    named("unsqueeze", reader("unsqueeze", "input|self, dim")),
    named("select", reader("select", "input|self, dim, index")),
    named("unbind", reader("unbind", "input|self, dim=0")),
    named("Tensor.expand broadcast_to", reader("expand", "input|self, *shape|size")),
    named("Tensor.expand_as", reader("expand", "input|self, other")),
    named("Tensor.repeat", reader("repeat", "input|self, *repeats")),
    named("tile", reader("tile", "input|self, *repeats|dims")),
    named("repeat_interleave", reader("repeat_interleave", "input|self, repeats, dim=None")),
    named("split", reader("split", "input|self|tensor, split_size|split_size_or_sections, dim=0")),
    named("split_with_sizes", reader("split", "input|self, split_size, dim=0")),
    named("chunk", reader("chunk", "input|self, chunks, dim=0")),
    named("narrow", reader("narrow", "input|self, dim, start, length")),
)
