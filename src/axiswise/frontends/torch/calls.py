"""Torch calls that an abstract run answers itself: metadata, values, devices, gradients.

An answer is a function (tracer, func, args, kwargs) -> result, or UNANSWERED to let the call run as any other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.frontends.steering import GuessInt
from axiswise.frontends.torch.tensors import edges_of, fact_of, ref_of, renew, tensors_in
from axiswise.frontends.torch.values import several
from axiswise.frontends.torch.vocabulary.reading import Reading
from axiswise.source.handling import is_handled

if TYPE_CHECKING:
    from axiswise.frontends.torch.tracer import Tracer

UNANSWERED = object()
Answer = Callable[["Tracer", Any, Any, dict[str, Any]], Any]
INTEGER_TYPES = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)

CREATING = frozenset(
    "randn rand randint randperm zeros ones empty full arange linspace logspace eye tensor as_tensor asarray normal "
    "from_numpy empty_strided scalar_tensor tril_indices triu_indices hann_window hamming_window".split()
)
"""Functions that make a tensor from none; their result begins here."""

SILENT = frozenset(
    "requires_grad_ retain_grad __repr__ register_hook __format__ data_ptr untyped_storage storage".split()
)
"""Calls that change nothing worth following."""

_default = ["cpu"]


def default_device() -> str:
    """Return the label of tensors made without a device."""
    return _default[0]


_is_alone: list[bool] = []


def on_one_device() -> None:
    """Let CUDA stand for where everything is: a model that no script runs is moved by whoever uses it."""
    _is_alone.append(True)


def label(device: Any) -> str:
    """Return the label of a device as torch prints it: a CUDA device has its number."""
    if isinstance(device, torch.Tensor):
        return fact_of(device).device
    if isinstance(device, int) and not isinstance(device, bool):
        return label(f"cuda:{device}")
    text = str(device)
    if _is_alone and text.startswith("cuda"):
        return default_device()
    return f"{text}:0" if text in ("cuda", "mps", "xpu") else text


def _caller() -> FrameType:
    return sys._getframe(3)  # pyright: ignore[reportPrivateUsage]


def _shape(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return tracer.shape_of(args[0], _caller())


def _size(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    dim = args[1] if len(args) > 1 else kwargs.get("dim")
    if dim is None:
        return tracer.shape_of(args[0], _caller())
    if not -args[0].dim() <= dim < args[0].dim():
        return UNANSWERED
    return tracer.size_of(args[0], int(dim), _caller())


def _plainly(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return func(*args, **kwargs)


def _device(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return torch.device(fact_of(args[0]).device)


def _is_cuda(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return fact_of(args[0]).device.startswith("cuda")


def moved(tracer: Tracer, tensor: torch.Tensor, device: str) -> torch.Tensor:
    """Return a tensor under another device label; itself where it is there already."""
    if fact_of(tensor).device == device:
        return tensor
    old = fact_of(tensor)
    alias = tensor.view_as(tensor)
    fact = fact_of(alias)
    fact.id, fact.device, fact.axes = old.id, device, old.axes
    fact.value, fact.bounds, fact.parameter = old.value, old.bounds, old.parameter
    return alias


def _cuda(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    device = args[1] if len(args) > 1 else kwargs.get("device")
    return moved(tracer, args[0], label("cuda" if device is None else device))


def _cpu(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return moved(tracer, args[0], "cpu")


def conversion(args: Any, kwargs: dict[str, Any]) -> tuple[Any, torch.dtype | None]:
    """Return the device and the element type that the arguments of a `.to` ask for, None for each that they do not."""
    device, dtype = kwargs.get("device"), kwargs.get("dtype")
    for value in args:
        if isinstance(value, torch.dtype):
            dtype = value
        elif isinstance(value, torch.Tensor):
            device, dtype = fact_of(value).device, value.dtype
        elif isinstance(value, (str, torch.device)) or (isinstance(value, int) and not isinstance(value, bool)):
            device = value
    return device, dtype


def _to(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Split `.to` into its two halves: the device is a label, the type is torch's business."""
    tensor = args[0]
    device, dtype = conversion(args[1:], kwargs)
    if device is not None:
        tensor = moved(tracer, tensor, label(device))
    if dtype is not None and dtype != tensor.dtype:
        return tracer.run(torch.Tensor.to, "torch.Tensor.to", (tensor, dtype), {}, _caller())
    return tensor


def _item(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return tracer.reading.item(_single(tracer, "item", args[0]))


def _float(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return float(tracer.reading.item(_single(tracer, "item", args[0])))


def _int(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return int(tracer.reading.item(_single(tracer, "item", args[0])))


def _bool(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return tracer.reading.truth(_single(tracer, "bool", args[0]))


def _single(tracer: Tracer, op: str, tensor: torch.Tensor) -> torch.Tensor:
    """Return the tensor that one value is asked of, or a stand-in with one where it has several, which is recorded.

    Raises:
        RuntimeError: It has several, and the program or a library handles that.
    """
    if tensor.numel() == 1:
        return tensor
    frame = _caller().f_back
    error = several(tensor, op)
    if tracer.raising or frame is None or is_handled(tracer.user, frame, error):
        raise error
    call = tracer.call_of(_reading(op, tensor), frame, spelled=f"torch.Tensor.{op}")
    tracer.fail(call, error, frame)
    return tracer.stand_in((), call)


def _tolist(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    return tracer.reading.listed(args[0])


def _numpy(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if args[0].requires_grad and func is torch.Tensor.numpy:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    return tracer.reading.array(args[0])


def _text(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    tensor = args[0]
    if len(args) > 1 and tensor.dim() == 0 and (args[1] or tensor.dtype in INTEGER_TYPES):
        return format(tracer.reading.item(tensor), args[1])  # `f"expert_{index}"` is a key
    return f"tensor(..., size={tuple(tensor.shape)})"


def _transforming() -> bool:
    """Return whether a torch.func transform is running, whose gradients are its own."""
    native: Any = torch._C  # pyright: ignore[reportPrivateUsage]
    return native._functorch.peek_interpreter_stack() is not None


def _backward(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Check what torch checks before a backward pass; the pass itself moves no axis."""
    if _transforming():
        return UNANSWERED
    tensor = args[0]
    gradient = args[1] if len(args) > 1 else kwargs.get("gradient")
    if gradient is None and tensor.numel() != 1:
        error = RuntimeError("grad can be implicitly created only for scalar outputs")
        frame = _caller()
        call = tracer.call_of(_reading("backward", tensor), frame, spelled="torch.Tensor.backward")
        if tracer.raising or tracer.fail(call, error, frame) is None:
            pass
    tracer.steering.trained()
    return None


def _reading(op: str, tensor: torch.Tensor) -> Any:
    from axiswise.frontends.torch.vocabulary.reading import Reading

    return Reading(op, {"input": tensor})


def _grad(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    tensor = args[0]
    if not tensor.requires_grad or not tensor.is_leaf or not tracer.steering.steps:
        return func(*args, **kwargs)
    if func(*args) is None:
        tensor.grad = torch.zeros_like(tensor)
        fact_of(tensor.grad).device = fact_of(tensor).device
    return func(*args)


def _iterate(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Iterate as torch does, over what `unbind` gives, so that each part is followed."""
    if args[0].dim() == 0:
        raise TypeError("iteration over a 0-d tensor")
    return iter(tracer.run(torch.Tensor.unbind, "torch.Tensor.unbind", (args[0], 0), {}, _caller()))


def _index(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Index with numbers that are tensors as with plain numbers, known or guessed; with arrays as with tensors."""
    index = args[1]
    parts = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
    if not any(is_number(part) or isinstance(part, (slice, GuessInt)) or _is_array(part) for part in parts):
        return UNANSWERED
    known = tuple(_number(tracer, part) for part in parts)
    if all(new is old for new, old in zip(known, parts, strict=True)):
        return UNANSWERED
    changed = known if isinstance(index, tuple) else known[0]
    name = "torch.Tensor.__getitem__" if func is torch.Tensor.__getitem__ else "torch.Tensor.__setitem__"
    return tracer.run(func, name, (args[0], changed, *args[2:]), kwargs, _caller())


def is_number(part: Any) -> bool:
    return isinstance(part, torch.Tensor) and part.dim() == 0 and part.dtype in INTEGER_TYPES


def _is_array(part: Any) -> bool:
    return type(part).__module__ == "numpy" and part.ndim > 0


def _number(tracer: Tracer, part: Any) -> Any:
    if _is_array(part):
        return tracer.run(torch.as_tensor, "torch.as_tensor", (part,), {}, _caller())
    if isinstance(part, GuessInt):
        return 0  # any place does, and this one there is
    if is_number(part):
        known = fact_of(part).value is not None
        return int(tracer.reading.item(part)) if known else 0
    edges = edges_of(part)
    return slice(*(_number(tracer, edge) for edge in edges)) if any(is_number(edge) for edge in edges) else part


def _autograd_grad(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if _transforming():
        return UNANSWERED
    inputs = args[1] if len(args) > 1 else kwargs["inputs"]
    create = bool(kwargs.get("create_graph"))
    tracer.steering.trained()
    found = tuple(torch.zeros_like(tensor).requires_grad_(create) for tensor in tensors_in(inputs))
    reading = Reading("gradient", {f"tensors.{place}": tensor for place, tensor in enumerate(tensors_in(inputs))})
    call = tracer.call_of(reading, _caller(), spelled="torch.autograd.grad")
    call.outputs = tuple(ref_of(tensor) for tensor in found)
    tracer.trace.add(call)
    return found


def _set_data(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    target, source = args[0], args[1]
    result = func(*args, **kwargs)
    device = fact_of(source).device
    renew(target, device)
    return result


def from_numpy(tracer: Tracer, array: Any) -> torch.Tensor:
    """Let an array become abstract, as `torch.from_numpy` is called; whole numbers and truth values are kept."""
    with tracer.quietly():
        with unset_fake_temporarily():
            real = _real_from_numpy(array)
        result = as_fake(tracer, real)
    if not real.is_floating_point() or real.numel() <= 4096:
        fact_of(result).value = real
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    call = tracer.call_of(_array(result), frame, spelled="torch.from_numpy")
    return tracer.recorded(_real_from_numpy, "from_numpy", (), {}, call, result, "cpu", frame)


_real_from_numpy: Any = cast("Any", torch).from_numpy


def _array(tensor: torch.Tensor) -> Any:
    from axiswise.frontends.torch.vocabulary.reading import Reading

    return Reading("from-array", {}, {"shape": tuple(tensor.shape)})


def _split(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Split into parts whose lengths were read from a tensor: what is not known of them adds up."""
    given = dict(zip(("tensor", "split_size_or_sections", "dim"), args, strict=False)) | kwargs
    tensor, sizes = given["tensor"], given.get("split_size_or_sections", given.get("split_size"))
    listed: list[Any] = [*cast("list[Any]", sizes)] if isinstance(sizes, (tuple, list)) else []
    unknown = sum(isinstance(size, GuessInt) for size in listed)
    if not unknown or not tensor.dim():
        return UNANSWERED
    dim = given.get("dim", 0)
    length = tensor.shape[dim]
    left = length - sum(size for size in listed if not isinstance(size, GuessInt))
    first, share = left - (unknown - 1) * (left // unknown), left // unknown
    parts = iter([first, *[share] * (unknown - 1)])
    tracer.steering.assume("lengths that are read from a tensor taken to add up to what is split by them")
    known = [next(parts) if isinstance(size, GuessInt) else size for size in listed]
    return tracer.run(cast("Any", torch.Tensor).split, "torch.Tensor.split", (tensor, known, dim), {}, _caller())


def _set_default_device(tracer: Tracer, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    _default[0] = label(args[0]) if args and args[0] is not None else "cpu"
    return None


def as_fake(tracer: Tracer, value: Any) -> Any:
    """Return real tensors as abstract ones of the same shape and type, in the same nesting."""
    if isinstance(value, torch.Tensor):
        with unset_fake_temporarily():
            meta = value.detach().to("meta") if value.layout == torch.strided else value
        with tracer.fake:
            return torch.empty_strided(tuple(meta.shape), meta.stride(), dtype=meta.dtype)
    if type(value) in (list, tuple):
        return type(value)(as_fake(tracer, item) for item in value)
    return value


def _table(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {f"torch.{name}": answer for names, answer in answers.items() for name in names.split()}


ANSWERS: dict[str, Answer] = _table(
    {
        "Tensor.shape.__get__": _shape,
        "Tensor.size": _size,
        "Tensor.dim Tensor.ndim.__get__ Tensor.ndimension Tensor.numel Tensor.nelement Tensor.stride "
        "Tensor.dtype.__get__ Tensor.requires_grad.__get__ Tensor.requires_grad.__set__ Tensor.is_leaf.__get__ "
        "Tensor.layout.__get__ Tensor.is_contiguous Tensor.is_floating_point Tensor.is_complex is_floating_point "
        "is_complex is_tensor Tensor.element_size Tensor.itemsize.__get__ Tensor.grad_fn.__get__ Tensor.names.__get__ "
        "numel Tensor.is_sparse.__get__ Tensor.is_quantized.__get__ Tensor.is_meta.__get__ Tensor.is_nested.__get__ "
        "Tensor.storage_offset Tensor._version.__get__ Tensor.grad.__set__ Tensor.register_hook Tensor.retain_grad "
        "Tensor.is_same_size Tensor.__hash__ Tensor.get_device Tensor.is_shared Tensor.is_inference": _plainly,
        "Tensor.device.__get__": _device,
        "Tensor.is_cuda.__get__": _is_cuda,
        "Tensor.cuda": _cuda,
        "Tensor.cpu": _cpu,
        "Tensor.to": _to,
        "Tensor.item": _item,
        "Tensor.__float__": _float,
        "Tensor.__int__ Tensor.__index__": _int,
        "Tensor.__bool__ is_nonzero": _bool,
        "Tensor.tolist": _tolist,
        "Tensor.numpy Tensor.__array__": _numpy,
        "Tensor.__repr__ Tensor.__format__ Tensor.__str__": _text,
        "Tensor.backward autograd.backward": _backward,
        "Tensor.grad.__get__": _grad,
        "autograd.grad": _autograd_grad,
        "Tensor.data.__set__": _set_data,
        "Tensor.__iter__": _iterate,
        "Tensor.__getitem__ Tensor.__setitem__": _index,
        "split functional.split Tensor.split": _split,
        "set_default_device": _set_default_device,
    }
)


def asks_for_fakes(frame: FrameType | None) -> bool:
    """Return whether a call is of what makes the abstract tensors: a kernel may be reached past this mode (`vmap`)."""
    while frame is not None and frame.f_code.co_name == "__torch_function__":  # of another mode, which hands it on
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__")).startswith("torch._subclasses")
