"""What is kept of a stream that may never stop."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

KEPT = 1 << 20
"""Bytes of each stream that are kept: half from the start, half from the end."""

_PIECE = 1 << 16


@dataclass(slots=True)
class Capture:
    """The kept part of one output stream."""

    fd: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    lost: int = 0

    def take(self) -> bool:
        """Read once without waiting; return False where there is nothing now."""
        try:
            data = os.read(self.fd, _PIECE)
        except BlockingIOError:
            return False
        room = KEPT // 2 - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room < len(data) else b""
        if len(self.tail) > KEPT:
            self.lost += len(self.tail) - KEPT // 2
            del self.tail[: -(KEPT // 2)]
        return bool(data)

    def text(self) -> str:
        """Return what was kept; bytes that are no UTF-8 show as escapes."""
        extra = max(0, len(self.tail) - KEPT // 2)
        gap = b"\n[%d bytes left out]\n" % (self.lost + extra) if self.lost + extra else b""
        return (bytes(self.head) + gap + bytes(self.tail[extra:])).decode("utf-8", "backslashreplace")
