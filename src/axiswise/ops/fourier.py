"""Fourier transforms: along one axis, along several, and over windows of a signal.

Operand: `input`, and `window` for stft. Parameters: `n` and `dim` for one axis; `s` and `dim` for several; `n_fft`,
`hop_length`, `win_length`, `center`, `onesided`, `return_complex` for stft.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, numbers, out_of_range, position, repeated, replaced
from axiswise.ops.clauses import axis_of, setting, uncounted, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

HALVED = frozenset({"rfft", "ihfft", "rfft2", "ihfft2", "rfftn", "ihfftn"})
"""Transforms of real signals, whose spectrum has its second half left out."""
UNHALVED = frozenset({"irfft", "hfft", "irfft2", "hfft2", "irfftn", "hfftn"})
ONE = frozenset({"fft", "ifft", "rfft", "irfft", "hfft", "ihfft"})
SEVERAL = frozenset(f"{word}{end}" for word in ONE for end in ("2", "n"))


def _length(call: OpCall, length: int, size: int | None) -> int:
    """Return how long an axis becomes that the halved spectrum lies along; `size` is what is asked for, if anything."""
    if call.op in HALVED:
        return (length if size is None else size) // 2 + 1
    if call.op in UNHALVED:
        return 2 * (length - 1) if size is None else size
    return length if size is None else size


# -- along one axis --------------------------------------------------------------------------------------------------
def _one_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", "1 or more") or axes_out_of_range(call, "input")
    if found:
        return found
    shape = call.operands["input"].shape
    axis = position(call.params["dim"], len(shape))
    size = call.params.get("n")
    points = shape[axis] if size is None else size
    if call.op in UNHALVED and size is None:
        points = 2 * (shape[axis] - 1)
    if points < 1:
        return [Conflict("window", call, axis_of(call, "input", axis), facts={"result": points})]
    return _real(call)


def _real(call: OpCall) -> list[Conflict]:
    real = call.op in HALVED and call.operands["input"].dtype.startswith("complex")
    return wrong_dtype(call, "input", "float32", "float64") if real else []


def _one_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if not shape:
        return None
    axis = position(call.params["dim"], len(shape))
    return (replaced(shape, axis, max(_length(call, shape[axis], call.params.get("n")), 1)),)


def _one_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return _changed(call, axis, position(call.params["dim"], call.operands["input"].rank), "n", -1)


def _changed(call: OpCall, axis: int, along: int, name: str, index: int) -> AxisSource:
    if axis != along:
        return same("input", axis)
    if call.params.get(name) is None:
        kept = call.op not in HALVED | UNHALVED
        return same("input", axis) if kept else AxisSource("window", (("input", axis),))
    return UNKNOWN if call.op in HALVED else given(name, index)


# -- along several ---------------------------------------------------------------------------------------------------
def _over(call: OpCall) -> tuple[int, ...]:
    """Return the axes that are transformed, as they are named."""
    rank, dim, sizes = call.operands["input"].rank, call.params.get("dim"), call.params.get("s")
    if dim is not None:
        return numbers(dim)
    return tuple(range(rank)) if sizes is None else tuple(range(-len(numbers(sizes)), 0))


def _several_conflicts(call: OpCall) -> list[Conflict]:
    sizes, dim, rank = call.params.get("s"), call.params.get("dim"), call.operands["input"].rank
    if sizes is not None and dim is not None and len(numbers(sizes)) != len(numbers(dim)):
        return [uncounted(call, "s", len(numbers(dim)))]
    if sizes is not None and dim is None and len(numbers(sizes)) > rank:
        return wrong_rank(call, "input", f"{len(numbers(sizes))} or more")
    found = axes_out_of_range(call, "input") or repeated(call, "input")
    if found:
        return found
    over = _over(call)
    if over and not rank:
        return wrong_rank(call, "input", "1 or more")
    if not over and call.op in HALVED | UNHALVED:
        return wrong_rank(call, "input", "1 or more") or [Conflict("other", call)]
    for place, axis in enumerate(over):
        at, size = position(axis, rank), numbers(sizes)[place] if sizes is not None else -1
        points = call.operands["input"].shape[at] if size == -1 else size
        if call.op in UNHALVED and size == -1 and place == len(over) - 1:
            points = 2 * (points - 1)
        if points < 1:
            return [Conflict("window", call, axis_of(call, "input", at), facts={"result": points})]
    return _real(call)


def _several_output(call: OpCall) -> tuple[Shape, ...] | None:
    if _several_conflicts(call):
        return None
    shape, over, sizes = call.operands["input"].shape, _over(call), numbers(call.params.get("s"))
    for place, axis in enumerate(over):
        at = position(axis, len(shape))
        size = sizes[place] if sizes and sizes[place] != -1 else None
        is_last = place == len(over) - 1
        long = _length(call, shape[at], size) if is_last else (shape[at] if size is None else size)
        shape = replaced(shape, at, long)
    return (shape,)


def _several_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank, over = call.operands["input"].rank, _over(call)
    places = [position(each, rank) for each in over]
    if axis not in places:
        return same("input", axis)
    place, sizes = places.index(axis), numbers(call.params.get("s"))
    if sizes and sizes[place] != -1:
        halved = call.op in HALVED and place == len(over) - 1
        return UNKNOWN if halved else given("s", place)
    changed = call.op in HALVED | UNHALVED and place == len(over) - 1
    return AxisSource("window", (("input", axis),)) if changed else same("input", axis)


# -- the order of a spectrum -----------------------------------------------------------------------------------------
def _shift_conflicts(call: OpCall) -> list[Conflict]:
    rank = call.operands["input"].rank
    if not rank:
        return wrong_rank(call, "input", "1 or more")
    if call.params.get("dim") is not None and not numbers(call.params["dim"]):
        return [uncounted(call, "dim", "1 or more")]
    return [
        conflict
        for index, axis in enumerate(numbers(call.params.get("dim")))
        for conflict in out_of_range(call, "input", axis, rank, "dim", index)
    ]


def _shift_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,)


def _shift_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


# -- over windows ----------------------------------------------------------------------------------------------------
def _hop(call: OpCall) -> int:
    return int(call.params.get("hop_length") or call.params["n_fft"] // 4)


def _padded(call: OpCall) -> int:
    """Return how long the signal is that the windows slide over."""
    length, size = call.operands["input"].shape[-1], int(call.params["n_fft"])
    return length + 2 * (size // 2) if call.params.get("center", True) else length


def _stft_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", 1, 2)
    if found:
        return found
    size, window = int(call.params["n_fft"]), int(call.params.get("win_length") or call.params["n_fft"])
    signal = axis_of(call, "input", -1)
    half = size // 2
    if call.params.get("center", True) and call.params.get("pad_mode", "reflect") == "reflect" and half >= signal.size:
        return [Conflict("window", call, signal, setting("n_fft", size), {"padding": half})]
    if size > _padded(call):
        return [Conflict("window", call, signal, setting("n_fft", size))]
    if not 0 < window <= size:
        return [Conflict("window", call, setting("n_fft", size), setting("win_length", window))]
    if "window" not in call.operands:
        return []
    found = wrong_rank(call, "window", 1)
    if not found and (mine := axis_of(call, "window", 0)).size != window:
        name = "win_length" if call.params.get("win_length") is not None else "n_fft"
        found = [Conflict("length", call, mine, setting(name, window))]
    return found


def _stft_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, size = call.operands["input"].shape, int(call.params["n_fft"])
    if len(shape) not in (1, 2):
        return None
    complex_given = call.operands["input"].dtype.startswith("complex")
    window_complex = "window" in call.operands and call.operands["window"].dtype.startswith("complex")
    onesided = call.params.get("onesided")
    halved = not (complex_given or window_complex) if onesided is None else bool(onesided)
    frames = max((_padded(call) - size) // _hop(call) + 1, 1)
    pair = () if call.params.get("return_complex") else (2,)
    return ((*shape[:-1], size // 2 + 1 if halved else size, frames, *pair),)


def _stft_source(call: OpCall, output: int, axis: int) -> AxisSource:
    lead = call.operands["input"].rank - 1
    if axis < lead:
        return same("input", axis)
    return AxisSource("window", (("input", lead),)) if axis == lead + 1 else UNKNOWN


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(sorted(ONE), Contract(_one_conflicts, _one_output, _one_source)),
    **dict.fromkeys(sorted(SEVERAL), Contract(_several_conflicts, _several_output, _several_source)),
    **dict.fromkeys(("fftshift", "ifftshift"), Contract(_shift_conflicts, _shift_output, _shift_source)),
    "stft": Contract(_stft_conflicts, _stft_output, _stft_source),
}
