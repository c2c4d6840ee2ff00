"""A conflict with everything around it: what rules ask about the user's program.

Rules speak through a scene so that they need neither AST nor trace. Where the program's source is not at hand (pasted
text), every question still has an answer, in general words.
"""

from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import AxisUse, Conflict, Trace
from axiswise.origin import Span


class Scene:
    """The surroundings of one conflict."""

    conflict: Conflict
    trace: Trace

    # -- words -------------------------------------------------------------------------------------------------------
    def expression(self, role: str) -> str:
        """The user's expression for an operand, in backquotes (`` `x` ``), or the role in plain words."""
        ...

    def callee(self) -> str:
        """What was called, in backquotes: `` `self.fc1` ``, `` `torch.bmm` ``, `` `@` ``."""
        ...

    def layer(self) -> str:
        """The layer's name (`fc1`, `encoder.layers.3.attn`) without backquotes, or its kind, or the op."""
        ...

    def shape(self, role: str) -> str:
        """An operand's shape with the axes' names where known: `(batch, 256)`."""
        ...

    def axis(self, use: AxisUse | None) -> str:
        """An axis in words: its name where the user gave one, else its position (`axis 1`)."""
        ...

    # -- parts of a diagnosis ----------------------------------------------------------------------------------------
    def diagnosis(self, message: str, label: str = "") -> Diagnosis:
        """A diagnosis at the raising line, with the exception and with a note on where each of the two sizes came from."""
        ...

    def origin(self, use: AxisUse | None) -> tuple[Note, ...]:
        """Notes that follow one size back to where it was chosen, nearest first."""
        ...

    # -- candidate fixes ---------------------------------------------------------------------------------------------
    def resize(self, use: AxisUse | None, size: int) -> Iterable[Fix]:
        """Fixes that make the size of `use` equal to `size`, at every place where it was chosen, best first."""
        ...

    def agree(self) -> Iterable[Fix]:
        """`resize` for both sides of the conflict, ordered by which side the program's evidence says is wrong."""
        ...

    def wrap(self, role: str, template: str, title: str, *, choice: bool = False, evidence: float = 0.0) -> Iterable[Fix]:
        """Put an operand's expression into a template at the user's line: `"{}.flatten(1)"`. Parenthesised as needed."""
        ...

    def wrap_call(self, template: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Put the whole call into a template: `"{}.transpose(1, 2)"`, `"{}[0]"`."""
        ...

    def argument(self, name: str, value: str, title: str, *, position: int | None = None, evidence: float = 0.0) -> Iterable[Fix]:
        """Set a keyword argument of the failing call (replaced where it is given, by keyword or at `position`)."""
        ...

    def setting(self, name: str, value: str, title: str, *, position: int | None = None, evidence: float = 0.0) -> Iterable[Fix]:
        """The same on the constructor call of the layer."""
        ...

    def callee_to(self, name: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Call another function or method with the same arguments: `"torch.matmul"`, `"reshape"`."""
        ...

    def without_call(self, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Take the call out and leave its first operand in its place."""
        ...

    def swap(self, first: str, second: str, title: str, *, evidence: float = 0.0) -> Iterable[Fix]:
        """Exchange two operands' expressions."""
        ...

    def producers(self, role: str) -> Iterable[Scene]:
        """Scenes of the calls that made an operand, nearest first, for fixes at an earlier line (an unneeded squeeze)."""
        ...

    @property
    def span(self) -> Span | None:
        """The user's own expression that raised."""
        ...
