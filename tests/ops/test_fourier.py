"""Fourier transforms, held against torch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from axiswise.facts import OpCall, TensorRef
from axiswise.ops.contract import contract_of
from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
axes = st.integers(-4, 4)
points = st.none() | st.integers(1, 6)
WORDS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")


@examples
@given(shapes(0, 3), points, axes, st.booleans())
def test_one_axis(shape: Shape, size: int | None, dim: int, is_complex: bool) -> None:
    for name in WORDS:
        signal = tensor(shape, torch.complex64 if is_complex else torch.float32)
        hold(lambda name=name, signal=signal: getattr(torch.fft, name)(signal, size, dim), name)


@examples
@given(
    shapes(0, 4),
    st.none() | st.lists(st.sampled_from([-1, 1, 2, 5]), min_size=1, max_size=3).map(tuple),
    st.none() | st.lists(axes, min_size=1, max_size=3).map(tuple),
)
def test_several_axes(shape: Shape, sizes: Shape | None, dims: Shape | None) -> None:
    for name in WORDS:
        hold(lambda name=name: getattr(torch.fft, f"{name}n")(tensor(shape), sizes, dims), f"{name}n")
        hold(lambda name=name: getattr(torch.fft, f"{name}2")(tensor(shape)), f"{name}2")


@examples
@given(shapes(0, 3), st.none() | axes | st.lists(axes, max_size=3).map(tuple))
def test_shifts(shape: Shape, dim: int | Shape | None) -> None:
    hold(lambda: torch.fft.fftshift(tensor(shape), dim), "fftshift")
    hold(lambda: torch.fft.ifftshift(tensor(shape), dim), "ifftshift")


@examples
@given(st.sampled_from([(20,), (2, 20), (1, 2, 20), ()]), st.integers(1, 24), st.data())
def test_short_time(shape: Shape, size: int, data: st.DataObject) -> None:
    length = data.draw(st.none() | st.integers(1, 10))
    window = data.draw(st.none() | nearly((length or size,)))
    options = {
        "hop_length": data.draw(st.none() | st.integers(1, 5)) if size > 3 else 1,
        "win_length": length,
        "window": None if window is None else torch.ones(window),
        "center": data.draw(st.booleans()),
        "onesided": data.draw(st.none() | st.booleans()),
        "return_complex": True,
    }
    hold(lambda: torch.stft(tensor(shape), size, **options), "stft")


def test_kinds() -> None:
    assert hold(lambda: torch.fft.rfft(tensor((4, 100)), dim=2)) == ("axis-range",)
    assert hold(lambda: torch.fft.fftn(tensor((4, 8, 8)), s=(8, 8), dim=(1,))) == ("rank",)
    wrong = torch.ones(512)
    assert hold(lambda: torch.stft(tensor((2, 900)), 400, window=wrong, return_complex=True)) == ("length",)
    assert hold(lambda: torch.stft(tensor((2, 100)), 400, return_complex=True)) == ("window",)


def test_a_window_length_that_is_a_tensor_says_nothing() -> None:
    signal, size = (TensorRef(each, shape, "float32") for each, shape in enumerate(((4, 2000), (7,))))
    call = OpCall(0, "stft", {"input": signal, "n_fft": size}, {}, ())
    contract = contract_of("stft")
    assert contract is not None
    assert contract.conflicts(call) == []
    assert contract.output(call) is None
    assert contract.source(call, 0, 1).relation == "unknown"
