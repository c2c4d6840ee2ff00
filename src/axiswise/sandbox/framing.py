"""Messages between the parent and its server: a JSON header and a body of raw bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">QQ")


def pack(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return the bytes of one message."""
    text = json.dumps(header).encode("ascii")
    return _LENGTHS.pack(len(text), len(body)) + text + body


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one message from a blocking stream, or None where the stream ends."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head, tail = _LENGTHS.unpack(lengths)
    data = stream.read(head + tail)
    if len(data) < head + tail:
        return None
    return json.loads(data[:head]), data[head:]


class Unpacker:
    """Puts messages together from whatever pieces a non-blocking pipe gives."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """Take some bytes; return the messages they complete."""
        self._data += data
        messages: list[tuple[dict[str, Any], bytes]] = []
        while len(self._data) >= _LENGTHS.size:
            head, tail = _LENGTHS.unpack_from(self._data)
            end = _LENGTHS.size + head + tail
            if len(self._data) < end:
                break
            text = bytes(self._data[_LENGTHS.size : end])
            del self._data[:end]
            messages.append((json.loads(text[:head]), text[head:]))
        return messages
