"""How many times a window fits: convolutions, pooling, unfolding. Sizes in elements, one axis at a time.

Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), and torch's layer pages.
"""

from __future__ import annotations


def extent(kernel: int, dilation: int = 1) -> int:
    """Return the length a window covers."""
    return dilation * (kernel - 1) + 1


def places(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil: bool = False) -> int:
    """Return the number of places of a window; zero or less where it does not fit.

    With `ceil`, a last window may hang over the end, but has to begin within the input or its left padding.
    """
    room = size + 2 * padding - extent(kernel, dilation)
    count = (-(-room // stride) if ceil else room // stride) + 1
    if ceil and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def spread(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0
) -> int:
    """Return the size that a transposed convolution gives."""
    return (size - 1) * stride - 2 * padding + extent(kernel, dilation) + output_padding
