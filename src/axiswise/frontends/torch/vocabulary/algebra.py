"""torch's names for linear algebra, Fourier transforms, and vectors and grids made of other ones."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import reads, table

_FFT_ONE = "input|self, n=None, dim=-1, norm=None, *, out?"
_FFT_TWO = "input|self, s=None, dim=(-2,-1), norm=None, *, out?"
_FFT_SEVERAL = "input|self, s=None, dim=None, norm=None, *, out?"
_ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
_TRIANGULAR = "input|A, right|B, *, upper, left=True, unitriangular=False, out?"
_STFT = (
    "input|self, n_fft, hop_length=None, win_length=None, window?, center=True, pad_mode='reflect', normalized=False, "
    "onesided=None, return_complex=None, align_to_window=None"
)

READERS = table(
    # Square matrices.
    reads("inverse", "input|A|self", "inverse linalg.inv"),
    reads("det", "input|A|self", "det linalg.det"),
    reads("logdet", "input|self", "logdet"),
    reads("slogdet", "input|A|self", "slogdet linalg.slogdet"),
    reads("cholesky", "input|self, upper=False, *, out?", "cholesky linalg.cholesky"),
    reads("eigh", "input|A, UPLO='L', *, out?", "linalg.eigh"),
    reads("eigvalsh", "input|A, UPLO='L', *, out?", "linalg.eigvalsh"),
    reads("eig", "input|A", "linalg.eig"),
    reads("eigvals", "input|A", "linalg.eigvals"),
    reads("matrix_power", "input|A|self, n", "matrix_power linalg.matrix_power"),
    reads("matrix_exp", "input|A|self", "matrix_exp linalg.matrix_exp"),
    # Factors and systems.
    reads("svd", "input|A, full_matrices=True, *, driver=None, out?", "linalg.svd"),
    reads("svdvals", "input|A, *, driver=None, out?", "linalg.svdvals"),
    reads("qr", "input|A, mode='reduced', *, out?", "linalg.qr"),
    reads("pinv", "input|A|self", "linalg.pinv"),
    reads("pinv", "input|self, rcond=1e-15", "pinverse"),
    reads("solve", "input|A, right|B, *, left=True, out?", "linalg.solve"),
    reads("solve_triangular", _TRIANGULAR, "linalg.solve_triangular"),
    reads("lstsq", "input|A, right|B|b, rcond=None, *, driver=None", "linalg.lstsq"),
    # Vectors and chains.
    reads("cross", "left|input|self, right|other, dim=None, *, out?"),
    reads("cross", "left|input|self, right|other, *, dim=-1, out?", "linalg.cross"),
    reads("kron", "left|input|self, right|other, *, out?"),
    reads("multi_dot", "tensors, *, out?", "linalg.multi_dot"),
    reads("chain_matmul", "*tensors|matrices, out?"),
    reads("meshgrid", "*tensors, indexing=None"),
    # Transforms.
    *(reads(op, _FFT_ONE, f"fft.{op}") for op in _ONE),
    *(reads(f"{op}2", _FFT_TWO, f"fft.{op}2") for op in _ONE),
    *(reads(f"{op}n", _FFT_SEVERAL, f"fft.{op}n") for op in _ONE),
    *(reads(op, "input, dim=None", f"fft.{op}") for op in ("fftshift", "ifftshift")),
    reads("stft", _STFT, "functional.stft stft Tensor.stft"),
)
