"""TensorFlow's functions in the field's words, one family a file; as TensorFlow 2 and as `compat.v1` spell them."""

from __future__ import annotations

from axiswise.frontends.eager.vocabulary import Reader
from axiswise.frontends.tensorflow.vocabulary import creation, elementwise, networks, shaping

READERS: dict[str, Reader] = {**elementwise.READERS, **creation.READERS, **shaping.READERS, **networks.READERS}
