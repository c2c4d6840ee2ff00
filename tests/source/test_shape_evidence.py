"""Whose shape a line unpacks that raised, in a library too."""

from __future__ import annotations

import linecache
from typing import Any

import pytest

from axiswise.source.shape_evidence import unpacked_within

LINES = {
    "a, b, c = image.shape": "image",
    "a, b, c = image.size()": "image",
    "a, b, c, kind = *image.shape, image.dtype": "image",
    "a, b, c = image.shape[1:]": "image",
    "a, b, c = pair": "",
    "a, b, c = make(image)": "",
    "a = image.shape[9]": "",
}


class Image:
    shape = (4, 5, 6, 7, 8)
    dtype = "float32"

    def size(self) -> tuple[int, ...]:
        return self.shape


@pytest.mark.parametrize("line", LINES)
def test_the_name_is_read_off_the_line_that_raised(line: str) -> None:
    text = f"def inner(image, pair, make):\n    {line}\n"
    linecache.cache["<library>"] = (len(text), None, text.splitlines(True), "<library>")
    space: dict[str, Any] = {}
    exec(compile(text, "<library>", "exec"), space)
    with pytest.raises((ValueError, IndexError)) as caught:
        space["inner"](Image(), (1, 2), lambda image: image.shape[:2])
    assert unpacked_within(caught.value) == LINES[line]
