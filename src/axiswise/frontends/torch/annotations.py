"""Hold tensors against the annotations of their shapes while a program runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn.parameter import is_lazy

from axiswise.algebra.annotation import Misfit, misfit, placed
from axiswise.facts import AxisUse, Conflict, Failure, OpCall, TensorRef, is_series
from axiswise.frontends.torch.tensors import fact_of, ref_of
from axiswise.origin import Origin, Size
from axiswise.source.annotating import Annotation

if TYPE_CHECKING:
    from axiswise.frontends.torch.tracer import Tracer

OP = "annotation"

_FLOATING = "float bfloat"
_WHOLE = "int uint"
ELEMENTS = {
    "Float": _FLOATING,
    "BFloat": _FLOATING,
    "Int": _WHOLE,
    "UInt": _WHOLE,
    "Integer": _WHOLE,
    "Long": _WHOLE,
    "Bool": "bool",
    "Complex": "complex",
    "Num": f"{_FLOATING} {_WHOLE} complex",
    "Real": f"{_FLOATING} {_WHOLE}",
    "Inexact": f"{_FLOATING} complex",
}
"""jaxtyping's words, without numbers of bits, and how the names of element types begin that they allow."""


class TensorAnnotations:
    """Writes down the tensors of one run that contradict what is said of them."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def declared(self, annotations: tuple[Annotation, ...], bound: dict[str, Any], value: Any) -> Any:
        """Return the value; each of its tensors that contradicts its annotation is a failure of the trace."""
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        parts: Any = value if is_series(value) else ()
        for annotation in annotations:
            if annotation.part >= len(parts):
                continue
            part: Any = value if annotation.part < 0 else parts[annotation.part]
            if isinstance(part, torch.Tensor) and part.layout == torch.strided and not is_lazy(cast("Any", part)):
                with self.tracer.quietly():
                    self._held(annotation, bound, part, frame)
        return value

    def _held(self, said: Annotation, bound: dict[str, Any], tensor: Any, frame: FrameType) -> None:
        shape: tuple[Any, ...] = tuple(tensor.shape)
        sizes = {name: held[0] for name, held in bound.items()}
        found = misfit(said.dims, shape, sizes, _names_of(frame))
        # On symbols, the comparison was all: it says on which sizes the annotation relies.
        if self.tracer.fake.shape_env is not None or self.tracer.quiet or self.tracer.raising:
            if found is None:
                _bind(said, bound, shape, None)
            return
        ref = ref_of(tensor)
        if found is not None:
            self._failed(said, bound, ref, found, frame)
            return
        _bind(said, bound, shape, ref)
        for place, axes in placed(said.dims, ref.rank):
            if said.dims[place].kind == "name":
                fact_of(tensor).axes.setdefault(axes[0], said.dims[place].name)
        if not _allows(said.word, ref.dtype):
            call = self._call(said, {"value": ref}, {}, frame)
            facts = {"wanted": said.word, "found": ref.dtype}
            self._write(said, call, Conflict("annotation", call, facts=facts), f"it holds {ref.dtype}")

    def _failed(self, said: Annotation, bound: dict[str, Any], ref: TensorRef, found: Misfit, frame: FrameType) -> None:
        operands, params = {"value": ref}, dict[str, Any]()
        if found.axis < 0:
            call = self._call(said, operands, params, frame)
            rank = f"{found.wanted} or more" if any(dim.kind == "many" for dim in said.dims) else found.wanted
            conflict = Conflict("annotation", call, AxisUse("value", -1, ref.rank), facts={"allowed": (rank,)})
            self._write(said, call, conflict, f"it has {ref.rank} axes")
            return
        dim = said.dims[found.dim]
        _, first, axis = bound.get(dim.name, (0, None, -1)) if dim.kind == "name" else (0, None, -1)
        if first is not None and axis >= 0:
            operands["bound"] = first
            right = AxisUse("bound", axis, found.wanted)
        else:
            place = said.places[found.dim]
            written = Size(found.wanted, Origin("literal", found.wanted, place)) if dim.kind == "size" else found.wanted
            params["sizes"] = tuple(written if at == found.dim else 0 for at in range(len(said.dims)))
            right = AxisUse("", -1, found.wanted, param="sizes", index=found.dim)
        call = self._call(said, operands, params, frame)
        left = AxisUse("value", found.axis, ref.shape[found.axis])
        conflict = Conflict("annotation", call, left, right, {"dim": dim.text})
        self._write(said, call, conflict, f"it has {left.size} where {dim.text} is {found.wanted}")

    def _call(
        self, said: Annotation, operands: dict[str, TensorRef], params: dict[str, Any], frame: FrameType
    ) -> OpCall:
        frames = self.tracer.user.frames(frame)
        return OpCall(-1, OP, operands, params, frames=frames, within=self.tracer.modules.within())

    def _write(self, said: Annotation, call: OpCall, conflict: Conflict, why: str) -> None:
        cast("dict[str, Any]", conflict.facts).update(name=said.name, function=said.function, dims=said.text)
        self.tracer.trace.add(call)
        message = f"{said.name or said.function} is annotated `{said.text}`, but {why}"
        self.tracer.trace.failures.append(Failure("", message, call, call.frames, (conflict,)))
        self.tracer.on_failure()


def _bind(said: Annotation, bound: dict[str, Any], shape: tuple[Any, ...], ref: TensorRef | None) -> None:
    """Remember what the names of an annotation stand for, and the axis of which tensor said so first."""
    for place, axes in placed(said.dims, len(shape)):
        dim = said.dims[place]
        if dim.kind == "many" and dim.name:
            bound.setdefault(dim.name, (tuple(shape[axis] for axis in axes), None, -1))
        elif dim.kind == "name" and not (dim.may_be_one and shape[axes[0]] == 1):
            bound.setdefault(dim.name, (shape[axes[0]], ref, axes[0]))


def _names_of(frame: FrameType) -> Callable[[str], Any]:
    """Return what gives the whole number that a name of a frame stands for: `width`, `self.width`."""

    def lookup(name: str) -> Any:
        first, *rest = name.split(".")
        value: Any = frame.f_locals.get(first)
        for part in rest:
            value = getattr(value, part, None)
        return int(value) if isinstance(value, int) and not isinstance(value, bool) else None

    return lookup


def _allows(word: str, dtype: str) -> bool:
    beginnings = ELEMENTS.get(word.rstrip("0123456789"))
    return beginnings is None or dtype.startswith(tuple(beginnings.split()))
