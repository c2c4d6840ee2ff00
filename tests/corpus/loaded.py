"""A text run as a module of its own, for real."""

from __future__ import annotations

import importlib.util
import io
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any


@contextmanager
def loaded(source: str) -> Iterator[dict[str, Any]]:
    """Run a text as a module, and yield its names; the file is there as long as they are used.

    Raises:
        Exception: What the text raises.
    """
    import torch

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, "model.py")
        path.write_text(source, "utf-8")
        spec = importlib.util.spec_from_file_location("model", path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["model"] = module = importlib.util.module_from_spec(spec)
        torch.manual_seed(0)
        try:
            with redirect_stdout(io.StringIO()):
                spec.loader.exec_module(module)
            yield dict(vars(module))
        finally:
            del sys.modules["model"]
