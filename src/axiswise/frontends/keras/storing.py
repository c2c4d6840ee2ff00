"""Files that HDF5 opens by itself, past Python: they are written where the program's other files are."""

from __future__ import annotations

import os
import sys
from typing import Any

from axiswise.sandbox.containment import native_path


def install() -> None:
    """Let every HDF5 file be opened in the sandbox's copy."""
    h5py: Any = sys.modules.get("h5py")
    if h5py is None:
        return
    begin = h5py.File.__init__

    def __init__(self: Any, name: Any, mode: str = "r", *args: Any, **kwargs: Any) -> None:
        if isinstance(name, (str, os.PathLike)):
            name = native_path(os.fspath(name), mode != "r")  # pyright: ignore[reportUnknownArgumentType]
        begin(self, name, mode, *args, **kwargs)

    h5py.File.__init__ = __init__
