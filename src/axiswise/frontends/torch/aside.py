"""Run something in a thread of its own, where none of the caller's modes is active and no frame of the caller's is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def aside(run: Callable[[], Answer]) -> Answer:
    """Return what a function returns, run in a thread of its own.

    Raises:
        BaseException: What it raises.
    """
    told: list[Answer] = []
    raised: list[BaseException] = []

    def tell() -> None:
        try:
            told.append(run())
        except BaseException as error:  # handed on to the thread that waits
            raised.append(error)

    thread = threading.Thread(target=tell, name="axiswise")
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return told[0]
