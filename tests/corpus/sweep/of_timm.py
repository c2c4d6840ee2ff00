"""timm: its architectures, spread over its list, each as it is built without weights."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.corpus.sweep.cases import Case, spread

BUILT = "Each architecture is built as `timm.create_model(name)` does, nothing cut."

STAND_INS = Path(__file__).parents[1] / "modules" / "stand_ins"


def cases() -> Iterator[Case]:
    """Yield every architecture, in an order of which each beginning is an even sample."""
    if importlib.util.find_spec("torchvision") is None:
        sys.path.append(str(STAND_INS))
    import timm

    for name in spread(timm.list_models()):
        yield Case("image models", name, (partial(timm.create_model, name),))
