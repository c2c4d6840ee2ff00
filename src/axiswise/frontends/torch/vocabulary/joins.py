"""torch's names for joining tensors."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import Reader, named, reader, table

READERS: dict[str, Reader] = table(
    named("cat concat concatenate", reader("cat", "tensors, dim|axis=0")),
    named("stack", reader("stack", "tensors, dim|axis=0")),
)
