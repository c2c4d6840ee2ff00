"""A conflict with everything around it: what rules ask about the user's program.

Rules speak through a scene so that they need neither AST nor trace. Where the program's source is not at hand (pasted
text), every question still has an answer, in general words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

from axiswise.diagnosis import Diagnosis, Edit, Fix, Note, Raised
from axiswise.facts import AxisUse, Conflict, Frame, OpCall, TensorRef, Trace
from axiswise.origin import Span
from axiswise.source.callsite import CallSite
from axiswise.source.declaring import redeclared
from axiswise.source.echoes import echoes
from axiswise.source.forgotten import remembered
from axiswise.source.loading import loaded, whole
from axiswise.source.naming import layer_name
from axiswise.source.provenance import constructor, is_collected, worked_on
from axiswise.source.rebinding import bound_before
from axiswise.source.rerouting import reroutes, taken_out
from axiswise.source.resizing import resizes, spelled_as, spelling
from axiswise.source.spelling import in_torch, is_foreign, sizes_read, spelled
from axiswise.source.story import origin_notes
from axiswise.source.terms import terms
from axiswise.source.text import Sources

SIZES_RIGHT = frozenset({"stride", "dtype", "device", "weights"})
"""Conflicts of tensors whose axes stand where they should: moving axes about would make another program."""

_COMPARED = {"input": "the predictions", "target": "the targets"}
"""What a loss compares, where no expression stands for it."""


class Scene:
    """The surroundings of one conflict."""

    def __init__(
        self,
        conflict: Conflict,
        trace: Trace | None = None,
        sources: Sources | None = None,
        raised: Raised | None = None,
    ) -> None:
        self.conflict = conflict
        self.trace = trace or Trace()
        self.sources = sources or Sources()
        self.raised = raised
        self.site = CallSite.at(self.sources, self._frame)
        self.built = CallSite.at(self.sources, constructor(self.call))

    @property
    def call(self) -> OpCall:
        return self.conflict.call

    @property
    def _frame(self) -> Frame | None:
        return self.call.frames[-1] if self.call.frames else None

    @property
    def span(self) -> Span | None:
        """The user's own expression that raised."""
        return self.call.site

    def _operand(self, role: str) -> ast.expr | None:
        """Return the expression of an operand; what a container was called with, where that reached the layer."""
        if self.site is None:
            return None
        taken = loaded(self.trace, self.call, role)
        if taken is not None and taken[0].site == self.span:
            return self.site.operand(*taken)
        node, layer = self.site.operand(self.call, role), self.call.layer
        if role == "target" and layer is not None:
            return node
        if layer is not None and not layer.called:
            return None
        if role == self.conflict.facts.get("argument") and "position" in self.conflict.facts:
            node = self.site.given(self.call, role, self.conflict.facts["position"])
        if node is not None or layer is None or layer.direct or self.site.call is None:
            return node
        given = [each for each in self.site.call.args if not isinstance(each, ast.Starred)]
        ref = self.call.operands.get(role)
        maker = self.trace.producer(ref.id) if ref is not None and not ref.parameter else None
        inside = maker is not None and maker[0].site == self.call.site
        known = ref is not None and ref.id >= 0 and not inside and not ref.parameter  # -1: read from words
        return given[0] if len(given) == 1 and known else None

    # -- words -------------------------------------------------------------------------------------------------------
    def expression(self, role: str) -> str:
        """The user's expression for an operand, in backquotes (`` `x` ``), or the role in plain words."""
        node = self._operand(role)
        if node is not None and self.site is not None:
            text = " ".join(self.site.source.text_of(node).split())
            if len(text) <= 40:
                return f"`{text}`"
        if role in _COMPARED and "target" in self.call.operands:
            return _COMPARED[role]
        if role == "input" and self.call.layer is not None:
            return "its input"
        head, _, number = role.partition(".")
        if number.isdigit():
            return f"{head.removesuffix('s')} {number}"
        return f"the {head.replace('_', ' ')}"

    def callee(self) -> str:
        """What was called, in backquotes: `` `self.fc1` ``, `` `torch.bmm` ``, `` `@` ``."""
        layer = self.call.layer
        if layer is not None and not layer.direct:
            return f"`{self.layer()}`"
        text = " ".join((self.site.callee() if self.site else "").split())
        if text and len(text) <= 60:
            return f"`{text}`"
        return f"`{self.layer()}`" if layer else f"`{self.call.spelled or self.call.op}`"

    def layer(self) -> str:
        """The layer's name (`fc1`, `encoder.layers.3.attn`) without backquotes, or its kind, or the op."""
        return layer_name(self.sources, self.call)

    def shape(self, role: str) -> str:
        """An operand's shape with the axes' names where known: `(batch, 256)`."""
        ref = self.call.operands.get(role)
        if ref is None:
            return "(?)"
        sizes = [str(size) if size >= 0 else "?" for size in ref.shape]
        parts = [f"{ref.axes[axis]} {size}" if axis in ref.axes else size for axis, size in enumerate(sizes)]
        return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"

    def axis(self, use: AxisUse | None) -> str:
        """An axis in words: its name where the user gave one, else its position (`axis 1`)."""
        if use is None:
            return "an axis"
        if use.param:
            return use.param
        ref = self.call.operands.get(use.operand)
        name = ref.axes.get(use.axis) if ref else None
        if name:
            return name
        if use.axis < 0:
            return "the number of elements" if self.conflict.kind == "numel" else "an axis"
        return f"axis {use.axis}"

    # -- parts of a diagnosis ----------------------------------------------------------------------------------------
    def diagnosis(self, message: str, label: str = "") -> Diagnosis:
        """A diagnosis at the raising line, with the exception and with notes on where the two sizes came from."""
        notes = (*self.origin(self.conflict.left), *self.origin(self.conflict.right))
        path = self.call.layer.path if self.call.layer else (self.call.within[-1][0] if self.call.within else "")
        return Diagnosis(
            rule="",
            message=message,
            span=self.span,
            label=label,
            notes=tuple(dict.fromkeys(notes)),
            exception=self.raised,
            raised_at=self.span,
            module=path,
        )

    def origin(self, use: AxisUse | None) -> tuple[Note, ...]:
        """Notes that follow one size back to where it was chosen, nearest first."""
        return origin_notes(self.sources, self.trace, self.call, use) if use is not None else ()

    # -- candidate fixes ---------------------------------------------------------------------------------------------
    def resize(self, use: AxisUse | None, size: int) -> Iterable[Fix]:
        """Fixes that make the size of `use` equal to `size`, at every place where it was chosen, best first."""
        if use is None:
            return ()
        return resizes(self.sources, self.trace, self.call, use, size)

    def agree(self) -> Iterable[Fix]:
        """`resize` for both sides of the conflict, in turns, the better supported side first."""
        left, right = self.conflict.left, self.conflict.right
        if left is None or right is None:
            return ()
        ways = [
            sorted(self._brought_to(right, left), key=lambda fix: -fix.evidence),
            sorted(self._brought_to(left, right), key=lambda fix: -fix.evidence),
        ]
        ways.sort(key=lambda way: -way[0].evidence if way else 0.0)
        return [fix for turn in zip_longest(*ways) for fix in turn if fix is not None]

    def _brought_to(self, use: AxisUse, other: AxisUse) -> Iterator[Fix]:
        """Fixes that give one side the other's size; one that spells it as the other side is spelled fits best."""
        if is_collected(self.trace, self.call, other):
            return
        theirs = spelling(self.sources, self.trace, self.call, other)
        yield from spelled_as(self.sources, theirs, list(self.resize(use, other.size)), other.size)

    def terms(self, role: str) -> Iterator[Fix]:
        """Means of the named terms of a loss that are no single numbers."""
        return terms(self.sources, self.trace, self.call, role)

    def elsewhere(self) -> Iterator[Fix]:
        """Edits elsewhere: what was forgotten, a parallel line, another `dim`, a transpose or a squeeze taken out."""
        return self._native(self._elsewhere())

    @cached_property
    def is_foreign(self) -> bool:
        """Whether the program writes another framework than torch."""
        refs: list[TensorRef | None] = [*self.call.operands.values(), *self.call.outputs, None]
        source = self.site.source if self.site is not None else None
        return any(is_foreign(ref, source) for ref in refs)

    def _native(self, fixes: Iterable[Fix]) -> Iterator[Fix]:
        """Leave out what only torch understands, where the program writes another framework."""
        return (fix for fix in fixes if not self.is_foreign or not in_torch(fix, self.sources))

    def _elsewhere(self) -> Iterator[Fix]:
        sides = [use.operand for use in (self.conflict.left, self.conflict.right) if use is not None and use.operand]
        roles = list(dict.fromkeys(sides or self.call.operands)) or [""]
        around = self.sources, self.trace, self.call
        if self.raised is None:
            for role in roles:
                yield from taken_out(*around, role)
            return
        yield from redeclared(*around)
        if self.conflict.kind not in SIZES_RIGHT:
            for role in roles:
                yield from remembered(*around, role)
        for role in roles:
            yield from echoes(*around, role)
        if self.conflict.kind in SIZES_RIGHT:
            return
        ways = [reroutes(*around, role, self.conflict) for role in roles]
        yield from (fix for turn in zip_longest(*ways) for fix in turn if fix is not None)

    def wrap(
        self, role: str, template: str, title: str, *, choice: bool = False, evidence: float = 0.0
    ) -> Iterable[Fix]:
        """Put an operand's expression into a template at the user's line: `"{}.flatten(1)"`. Parenthesised as needed.

        Inside a Sequential, where no expression stands for the operand, flattening becomes a layer before this one.
        """
        node, ref = self._operand(role), whole(self.trace, self.call, role)
        if node is not None and self.site is not None:
            found = spelled(template, ref, self.site.source)
            if found is None:
                return
            template = found
            text = template.replace("{}", self.site.text(node))
            yield Fix(title, (Edit(self.site.source.span(node), text),), evidence, choice)
            value = self.site.definition(node)
            if value is not None:
                # One edit where the name is given its value serves every use of it.
                text = template.replace("{}", self.site.text(value))
                yield Fix(title, (Edit(self.site.source.span(value), text),), evidence, choice)
        elif self.built is not None and self.built.call is not None and template == "{}.flatten(1)":
            span = self.built.source.span(self.built.call)
            prefix = self.built.source.text_of(self.built.call.func).rpartition(".")[0]
            layer = f"{prefix}.Flatten()" if prefix else "Flatten()"
            at = Span(span.path, span.line, span.column, span.line, span.column)
            if isinstance(self.built.source.parents.get(self.built.call), (ast.Call, ast.List, ast.Tuple)):
                yield Fix(title, (Edit(at, f"{layer}, "),), evidence, choice)

    def wrap_call(self, template: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Put the whole call into a template: `"{}.transpose(1, 2)"`, `"{}[0]"`."""
        if self.site is not None and isinstance(self.site.node, ast.expr):
            ref = next(iter((*self.call.outputs, *self.call.operands.values())), None)
            span, found = self.site.source.span(self.site.node), spelled(template, ref, self.site.source)
            if found is None:
                return
            template = found
            yield Fix(title, (Edit(span, template.replace("{}", self.site.text(self.site.node))),), evidence)

    def argument(
        self,
        name: str,
        value: str,
        title: str,
        *,
        position: int | None = None,
        element: int | None = None,
        evidence: float = 0.0,
    ) -> Iterable[Fix]:
        """Set an argument of the failing call, given by keyword or at `position`; one `element` of a written tuple."""
        if self.is_foreign:
            name, value = {"dim": "axis", "keepdim": "keepdims"}.get(name, name), sizes_read(value)
        place = self.site.with_argument(name, value, position, element) if self.site is not None else None
        return self._native([Fix(title, (Edit(*place),), evidence)] if place is not None else ())

    def without_argument(self, name: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Take a keyword argument out of the failing call."""
        span = self.site.dropped_argument(name) if self.site is not None else None
        if span is not None:
            yield Fix(title, (Edit(span, ""),), evidence)

    def setting(
        self, name: str, value: str, title: str, *, position: int | None = None, evidence: float = 0.0
    ) -> Iterable[Fix]:
        """The same on the constructor call of the layer."""
        settings: Mapping[str, Any] = self.call.layer.settings if self.call.layer else {}
        if position is None and name in settings:
            position = list(settings).index(name)
        place = self.built.with_argument(name, value, position) if self.built is not None else None
        return [Fix(title, (Edit(*place),), evidence)] if place is not None else ()

    def written(self, name: str, position: int) -> str:
        """Return the text of an argument as it is written, of the call or of the layer's constructor; else nothing."""
        for site in (self.site, self.built):
            node = site.argument(name, position) if site is not None else None
            if node is not None and site is not None:
                return " ".join(site.source.text_of(node).split())
        return ""

    def callee_to(self, name: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Call another function or method with the same arguments: `"torch.matmul"`, `"reshape"`."""
        node = self.site.call if self.site else None
        if self.site is None or node is None or (self.is_foreign and name.startswith("torch.")):
            return
        span = self.site.source.span(node.func)
        if isinstance(node.func, ast.Attribute) and "." not in name:
            receiver = self.site.source.span(node.func.value)
            span = Span(span.path, receiver.end_line, receiver.end_column, span.end_line, span.end_column)
            yield Fix(title, (Edit(span, f".{name}"),), evidence)
        else:
            yield Fix(title, (Edit(span, name),), evidence)

    def without_call(self, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Take the call out and leave its first operand in its place."""
        return self.call_as("{}", title, evidence=evidence)

    def call_as(self, template: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Write the call anew, from its first operand: `"{}.mT"`."""
        first = next(iter(self.call.operands), None)
        node = self._operand(first) if first else None
        if first is None or self.site is None or node is None or not isinstance(self.site.node, ast.expr):
            return
        text = spelled(template, self.call.operands[first], self.site.source)
        if text is not None:
            edit = Edit(self.site.source.span(self.site.node), text.replace("{}", self.site.text(node)))
            yield Fix(title, (edit,), evidence)

    def swap(self, first: str, second: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Exchange two operands' expressions."""
        if self.site is None:
            return
        left, right = self._operand(first), self._operand(second)
        if left is not None and right is not None:
            source = self.site.source
            edits = (Edit(source.span(left), source.text_of(right)), Edit(source.span(right), source.text_of(left)))
            yield Fix(title, edits, evidence)

    def replace_argument(self, role_or_index: int, text: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Replace a positional argument of the failing call by its number (a method's receiver not counted)."""
        node = self.site.argument("", role_or_index) if self.site else None
        if node is not None and self.site is not None:
            yield Fix(title, (Edit(self.site.source.span(node), text),), evidence)

    def producers(self, role: str) -> Iterator[Scene]:
        """Scenes of the calls that made an operand, nearest first, for fixes at an earlier line."""
        ref = self.call.operands.get(role)
        limit = self.call.index if self.call.index >= 0 else len(self.trace.calls)
        for _ in range(8):
            found = self.trace.producer(ref.id) if ref is not None else None
            if found is None or found[0].index >= limit:
                return
            call, output = found
            yield self.at(Conflict(self.conflict.kind, call))
            limit = call.index
            ref = worked_on(call, output)

    def bound(self, role: str) -> list[Span]:
        """The assignments that an operand's expression was taken from, by name, the nearest first."""
        node = self._operand(role)
        found = bound_before(self.site, node) if self.site is not None and node is not None else []
        return [self.site.source.span(each) for each in found] if self.site is not None else []

    def loaded(self, role: str) -> tuple[Scene, str] | None:
        """The scene of the loop whose arrays an operand is a batch of, and the operand's role there."""
        found = loaded(self.trace, self.call, role)
        is_held = found is not None and bool(found[0].operands)
        return (self.at(Conflict(self.conflict.kind, found[0])), found[1]) if found is not None and is_held else None

    def at(self, conflict: Conflict) -> Scene:
        """Return the scene of another conflict in the same run."""
        return Scene(conflict, self.trace, self.sources, self.raised)


def relocated(diagnosis: Diagnosis) -> Diagnosis:
    """Move a diagnosis to the place of its best verified fix; the raising line becomes a note."""
    best = next((fix for fix in diagnosis.fixes if fix.edits and fix.verdict != "unverified"), None)
    if best is None or diagnosis.raised_at is None:
        return diagnosis
    place = best.edits[0].span
    raised = diagnosis.raised_at
    if place.path == raised.path and place.line == raised.line:
        return diagnosis
    note = Note("raised here" if diagnosis.exception else "seen here", raised)
    return replace(diagnosis, span=place, notes=(note, *diagnosis.notes))
