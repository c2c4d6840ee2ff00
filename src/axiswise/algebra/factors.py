"""Numbers as products: the flattened maps of an image network."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_SIDE = 128

USUAL_CHANNELS = (3, 4, 6, 8, 12, 16, 20, 24, 32, 48, 50, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1280, 1536, 2048)
"""Numbers of channels that image networks have."""


@dataclass(frozen=True, slots=True)
class Maps:
    """Square maps: channels x side x side elements."""

    channels: int
    side: int

    def __str__(self) -> str:
        return f"{self.channels} x {self.side} x {self.side}"


def square_maps(elements: int) -> tuple[Maps, ...]:
    """Return the usual square maps with a number of elements, the smallest side first."""
    return tuple(
        Maps(elements // side**2, side)
        for side in range(1, LARGEST_SIDE + 1)
        if elements % side**2 == 0 and elements // side**2 in USUAL_CHANNELS
    )


def as_maps(first: int, second: int) -> tuple[Maps | None, Maps | None]:
    """Return two numbers as square maps of the same channels, as many as can be; None for both where none are."""
    seconds = {maps.channels: maps for maps in square_maps(second)}
    for maps in square_maps(first):
        if maps.channels in seconds and max(maps.side, seconds[maps.channels].side) > 1:
            return maps, seconds[maps.channels]
    return None, None
