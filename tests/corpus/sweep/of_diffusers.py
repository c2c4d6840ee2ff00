"""diffusers: its public model classes, each with its default arguments, its stacks cut."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.corpus.sweep.cases import Case, spread

BUILT = "Each class is built with its default arguments, its stacks cut to two layers."

GROUPS = {"Autoencoder": "autoencoders", "VQ": "autoencoders", "VAE": "autoencoders", "UNet": "U-nets",
          "ControlNet": "control networks", "Transformer": "transformers", "DiT": "transformers"}  # fmt: skip

DEPTH = 2


def cases() -> Iterator[Case]:
    """Yield every public model class."""
    import diffusers

    for name in spread(diffusers._import_structure["models"]):
        cls = getattr(diffusers, name)
        if isinstance(cls, type) and issubclass(cls, diffusers.ModelMixin) and cls is not diffusers.ModelMixin:
            group = next((told for word, told in GROUPS.items() if word in name), "others")
            yield Case(group, name, (partial(_built, cls, True), partial(_built, cls, False)))


def _built(cls: Any, cut: bool) -> Any:
    """Build a class with its defaults, of which depths are made small."""
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        is_depth = name.endswith("layers") or name in ("depth", "num_blocks")
        if cut and is_depth and type(parameter.default) is int and parameter.default > DEPTH:
            given[name] = DEPTH
    return cls(**given)
