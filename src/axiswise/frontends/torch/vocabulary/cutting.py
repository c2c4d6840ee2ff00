"""torch's names for parts, diagonals, and tensors raised to a number of axes."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import reads, table

_SEQUENCES = "tensors, batch_first=False, padding_value=0.0, padding_side='right'"

READERS = table(
    reads("tensor_split", "input|self, sections|indices_or_sections|indices|tensor_indices_or_sections, dim=0"),
    *(reads(op, "input|self, sections|split_size_or_sections|indices") for op in ("hsplit", "vsplit", "dsplit")),
    reads("diagonal", "input|self, offset=0, dim1=0, dim2=1"),
    reads("diag", "input|self, offset|diagonal=0"),
    reads("trace", "input|self"),
    *(reads(op, "input|tensors") for op in ("atleast_1d", "atleast_2d", "atleast_3d")),
    reads("hstack", "tensors, *, out?"),
    reads("column_stack", "tensors, *, out?"),
    reads("vstack", "tensors, *, out?", "vstack row_stack"),
    reads("dstack", "tensors, *, out?"),
    reads("pad_sequence", _SEQUENCES, "nn.functional.pad_sequence"),
)
