"""Where a child leaves its results: memory shared with the server, so that no end of the child can lose them.

A pipe would be one `os.closerange` away from being gone. Shared memory has no number that a program could close or
write to, and what was put there outlives the process, however it ended.
"""

from __future__ import annotations

import mmap
import struct
import threading

_LENGTH = struct.Struct("=Q")


class Mailbox:
    """Holds the last message put into it; made before the fork, written by the child, read by the server.

    Args:
        capacity: Longest message in bytes. Memory is taken only as it is written to.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._slot = _LENGTH.size + capacity
        self._memory = mmap.mmap(-1, 1 + 2 * self._slot)
        self._lock = threading.Lock()

    def put(self, message: bytes) -> None:
        """Replace the message. A process that dies half-way leaves the one before.

        Raises:
            ValueError: It is longer than the capacity.
        """
        if len(message) > self.capacity:
            raise ValueError(f"{len(message)} bytes do not fit: a result may have {self.capacity}")
        with self._lock:
            turn = 2 if self._memory[0] == 1 else 1
            start = 1 + (turn - 1) * self._slot
            end = start + _LENGTH.size
            self._memory[start:end] = _LENGTH.pack(len(message))
            self._memory[end : end + len(message)] = message
            self._memory[0] = turn

    def get(self) -> bytes | None:
        """Return the last message, or None when there was none."""
        turn = self._memory[0]
        if turn not in (1, 2):
            return None
        start = 1 + (turn - 1) * self._slot
        end = start + _LENGTH.size
        (length,) = _LENGTH.unpack(self._memory[start:end])
        return self._memory[end : end + min(length, self.capacity)]

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
