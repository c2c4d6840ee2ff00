"""transformers: each class of its own lists of models, from its default configuration with its stacks cut."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.corpus.sweep.cases import Case, spread

BUILT = "Each class is built from its default configuration, its stacks cut to a layer of each kind, two at least."

GROUPS = {
    "causal language": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "masked language": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "sequence to sequence": "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "image classification": "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",
    "audio classification": "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",
    "speech to text": "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
    "speech with CTC": "MODEL_FOR_CTC_MAPPING_NAMES",
    "image and text": "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES",
}
"""transformers' own lists of model classes, by what they do."""

DEPTH = 2
"""Layers of each stack."""

STACKS = {"num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers", "decoder_layers",
          "num_encoder_layers", "num_decoder_layers"}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield every class once, those of each group in turn."""
    import transformers
    from transformers.models.auto import configuration_auto, modeling_auto

    seen: set[str] = set()
    groups: list[list[Case]] = []
    for group, listed in GROUPS.items():
        found: list[Case] = []
        for kind, names in getattr(modeling_auto, listed).items():
            for name in names if isinstance(names, (tuple, list)) else [names]:
                if name in seen or kind not in configuration_auto.CONFIG_MAPPING_NAMES:
                    continue
                seen.add(name)
                default = configuration_auto.CONFIG_MAPPING_NAMES[kind]
                ways = tuple(partial(_built, transformers, name, default, cut) for cut in (True, False))
                found.append(Case(group, name, ways))
        groups.append(spread(found))
    for turn in range(max(map(len, groups))):
        yield from (found[turn] for found in groups if turn < len(found))


def _built(library: Any, name: str, default: str, cut: bool) -> Any:
    """Build a class; where its layers depend on one another, its configuration stays as it is."""
    cls = getattr(library, name)
    config = (cls.config_class or getattr(library, default))()
    return cls(small(config) if cut else config)


def small(config: Any) -> Any:
    """Cut a configuration's stacks, and those of the configurations in it, to a few layers."""
    held = vars(config)
    whole = next((held[name] for name in STACKS if isinstance(held.get(name), int)), 0)
    lists = {name: value for name, value in held.items() if isinstance(value, (list, tuple)) and len(value) == whole}
    rows = list(zip(*lists.values(), strict=True)) or [()] * whole
    kept = sorted({rows.index(row) for row in rows} | set(range(min(DEPTH, whole))))  # one layer of each kind
    for name, value in lists.items():
        setattr(config, name, [value[at] for at in kept])
    for name in STACKS & held.keys():
        if isinstance(held[name], int) and held[name] > len(kept) and whole:
            setattr(config, name, len(kept))
    for value in list(held.values()):
        if hasattr(value, "model_type"):
            small(value)
    return config
