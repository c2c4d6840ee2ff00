"""A fork that Python's audit hooks do not see, taken from the C library before there are any."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Mapping
from typing import Any

_fork = ctypes.CDLL(None).fork


def orphan(_payload: Mapping[str, Any]) -> dict[str, int]:
    """Leave a sleeping grandchild behind, in a session of its own, as native code could."""
    reading, writing = os.pipe()
    if _fork() == 0:
        if _fork() == 0:
            os.setsid()
            os.write(writing, str(os.getpid()).encode())
            time.sleep(60)
        os._exit(0)
    return {"orphan": int(os.read(reading, 20))}
