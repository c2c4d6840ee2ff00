"""From a node of a graph that failed back to the user's call that made it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any, cast

import numpy as np
import tensorflow as tf

from axiswise.facts import Conflict, Frame, OpCall, TensorRef
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.messages import read_message
from axiswise.ops.contract import contract_of
from axiswise.source.text import SourceFile

_TF: Any = cast("Any", tf)
_GRADIENT = re.compile(r"(?:^|/)gradients(?:_\d+)?/(?P<forward>.+?)_grad/")
"""How the nodes of a gradient are named: after the node that they are the gradient of."""


class GraphFailures:
    """The nodes of one graph, and what the recorder knows of them."""

    def __init__(self, recorder: Recorder, graph: Any) -> None:
        self.recorder = recorder
        self.operations: list[Any] = graph.get_operations()
        self.places = {str(operation.name): place for place, operation in enumerate(self.operations)}

    def told(self, error: Any, value_of: Callable[[Any], Any], frame: FrameType) -> bool:
        """Record a failure of a running graph at the line that made the node; False where it is not about shapes.

        Args:
            error: What the session raised.
            value_of: Runs the graph for one tensor, with the values that were fed.
            frame: The frame that ran the session.
        """
        node = error.op.name if error.op is not None else ""
        if (gradient := _GRADIENT.search(node)) is not None:
            node = gradient["forward"]
        place = self.places.get(node)
        call = self._call(place) if place is not None else None
        if call is not None:
            call = replace(call, index=-1, operands=self._shapes(call, value_of), outputs=())
            contract = contract_of(call.op)
            conflicts = contract.conflicts(call) if contract is not None else []
        else:
            call, conflicts = OpCall(-1, "graph", {}), []
            if place is not None:
                call.frames = self._frames(self.operations[place])
        if not conflicts:
            read = read_message(type(error).__name__, str(error.message))
            if read is None:
                return False
            if "target" in read.call.operands.keys() - call.operands.keys() and place is not None:
                # The loss itself was not seen, only what its line does with it: the message tells its operands.
                told = {role: replace(ref, library="tensorflow") for role, ref in read.call.operands.items()}
                call = replace(read.call, index=-1, operands=told, frames=self._frames(self.operations[place]))
            left, right = (side if side and side.operand in call.operands else None for side in (read.left, read.right))
            conflicts = [Conflict(read.kind, call, left, right, read.facts)]
        call.frames = call.frames or self.recorder.user.frames(frame)
        self.recorder.failed(call, error, None, conflicts)
        return True

    def _call(self, place: int) -> OpCall | None:
        """Return the recorded call in which a node was made: the nearest one after it on the same line."""
        own = self._frames(self.operations[place])
        for operation in self.operations[place:]:
            for output in operation.outputs:
                fact = self.recorder.arrays.known(output)
                made = self.recorder.trace.producer(fact.id) if fact is not None else None
                if made is not None:
                    lines = range(made[0].site.line, made[0].site.end_line + 1) if made[0].site else ()
                    return made[0] if own and own[-1].span.line in lines else None
        return None

    def _frames(self, operation: Any) -> tuple[Frame, ...]:
        """Return the user's line on which a node was made."""
        user = self.recorder.user
        for entry in reversed(list(operation.traceback or ())):
            source = user.sources.file(entry.filename) if user.owns_path(entry.filename) else None
            if source is not None:
                made = _named(source, entry.lineno, str(operation.name).rpartition("/")[2])
                span = source.span(made) if made is not None else source.line_span(entry.lineno)
                return (Frame(span, entry.name or ""),)
        return ()

    def _shapes(self, call: OpCall, value_of: Callable[[Any], Any]) -> dict[str, TensorRef]:
        """Return a call's operands with the shapes that they have in the run that failed."""
        wanted = {ref.id for ref in call.operands.values()}
        found: dict[int, tuple[int, ...]] = {}
        for operation in self.operations:
            for output in operation.outputs:
                fact = self.recorder.arrays.known(output)
                if fact is None or fact.id not in wanted or fact.id in found:
                    continue
                try:
                    found[fact.id] = np.shape(value_of(output))
                except _TF.errors.OpError:
                    continue  # it needs what failed itself
        return {
            role: replace(ref, shape=found[ref.id]) if ref.id in found else ref for role, ref in call.operands.items()
        }


def _named(source: SourceFile, line: int, node: str) -> ast.Call | None:
    """Return the call on a line by whose function a node was named, the longest name first; None where none was."""
    calls = [
        (ast.unparse(each.func).rpartition(".")[2], each)
        for each in ast.walk(source.tree)
        if isinstance(each, ast.Call) and each.lineno <= line <= (each.end_lineno or each.lineno)
    ]
    fit = [(len(name), each) for name, each in calls if node.lower().startswith(name.lower())]
    return max(fit, key=lambda pair: pair[0])[1] if fit else None
