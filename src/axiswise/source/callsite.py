"""The user's own expression behind a call: what was called, and which part of the line is which operand."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property

from axiswise.facts import Frame, OpCall, Span
from axiswise.source.loading import LOADING
from axiswise.source.text import SourceFile, Sources

_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.Tuple, ast.List)

OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "input": ("logits", "predictions", "inputs", "input_tensor", "tensor", "value", "ids"),
    "target": ("labels", "onehot_labels", "multi_class_labels"),
    "left": ("a", "x", "x1"),
    "right": ("b", "y", "x2"),
    "weight": ("filters", "filter", "params"),
    "lengths": ("sequence_length",),
}
"""What frameworks call an operand that is given by name, beside the vocabulary's own word."""

ALSO = frozenset({("size", "shape"), ("newshape", "shape"), ("axis", "dim"), ("keepdims", "keepdim")})
"""Keywords of NumPy's functions, and of those that follow it, with the parameters they stand for."""


class CallSite:
    """The AST node of a frame's expression, with the questions that fixes ask of it."""

    def __init__(self, source: SourceFile, node: ast.AST) -> None:
        self.source = source
        self.node = node

    @classmethod
    def at(cls, sources: Sources, frame: Frame | None) -> CallSite | None:
        """Return the site of a frame, or None where its source is not at hand."""
        if frame is None:
            return None
        source = sources.file(frame.span.path)
        node = source.node_spanning(frame.span) if source else None
        return cls(source, node) if source is not None and node is not None else None

    @cached_property
    def call(self) -> ast.Call | None:
        return self.node if isinstance(self.node, ast.Call) else None

    def callee(self) -> str:
        """Return what is called: a name, an operator, or the whole expression."""
        node = self.node
        if isinstance(node, ast.Call):
            return self.source.text_of(node.func)
        if isinstance(node, (ast.BinOp, ast.AugAssign)):
            return OPERATORS.get(type(node.op), type(node.op).__name__) + (
                "=" if isinstance(node, ast.AugAssign) else ""
            )
        return self.source.text_of(node) if isinstance(node, ast.expr) else ""

    def is_method(self, call: OpCall) -> bool:
        """Return whether the call is a method of its first operand (`x.view(...)`)."""
        node = self.call
        return (
            node is not None
            and isinstance(node.func, ast.Attribute)
            and call.is_method
            and (call.layer is None or not call.layer.direct)
        )

    def operand(self, call: OpCall, role: str) -> ast.expr | None:
        """Return the expression of an operand, or None where the line does not spell it (a weight, say)."""
        node = self.node
        if call.op == "feed":
            return node if role == "input" and call.params["spelled"] and isinstance(node, ast.expr) else None
        if call.op in LOADING:
            return self._of_data(call, role)
        roles = [name for name, ref in call.operands.items() if not ref.parameter and name not in ("weight", "bias")]
        if call.layer is None:
            roles = list(call.operands)
        elif not call.layer.direct:
            return None
        if not call.operands and role in ("left", "right") and isinstance(node, ast.BinOp):
            return node.left if role == "left" else node.right  # pasted text may tell sizes and no shapes
        if role not in roles:
            return None
        index = roles.index(role)
        if isinstance(node, ast.BinOp):
            return (node.left, node.right)[index] if index < 2 else None
        if isinstance(node, ast.AugAssign):
            return (node.target, node.value)[index] if index < 2 else None
        if isinstance(node, ast.Compare):
            return (node.left, *node.comparators)[index] if index < 2 else None
        if isinstance(node, ast.Subscript) and role.startswith("index."):
            return _index(node, int(role.partition(".")[2]))
        if isinstance(node, ast.Subscript) and role == "value":
            assignment = self.source.parents.get(node)
            return assignment.value if isinstance(assignment, ast.Assign) else None
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            return node.value if index == 0 else None
        if isinstance(node, ast.UnaryOp):
            return node.operand if index == 0 else None
        if not isinstance(node, ast.Call):
            return None
        if call.op == "set_weights":
            return self._stored(call) if role == "stored" else None
        head, _, number = role.partition(".")
        for keyword in node.keywords:
            if keyword.arg == role or keyword.arg in KEYWORDS.get(role, ()):
                return keyword.value
            if keyword.arg == head and number.isdigit() and isinstance(keyword.value, (ast.List, ast.Tuple)):
                return keyword.value.elts[int(number)] if int(number) < len(keyword.value.elts) else None
        return self._positional(node, call, role, index)

    def _of_data(self, call: OpCall, role: str) -> ast.expr | None:
        """Return the expression of an array given to a loop or a loader: `y`, or one of several as `x.0`, `x.image`."""
        head, _, rest = role.partition(".")
        node = self.argument(head, {"x": 0, "tensors": 0, "y": 1}.get(head))
        if not call.operands:
            return node if role in ("x", "validation_data.0") else None
        if rest and node is not None and (value := self.definition(node)) is not None:
            node = value if isinstance(value, (ast.List, ast.Tuple, ast.Dict)) else node
        for key in rest.split(".") if rest else ():
            if isinstance(node, (ast.List, ast.Tuple)) and key.isdigit() and int(key) < len(node.elts):
                node = node.elts[int(key)]
            elif isinstance(node, ast.Dict):
                named = zip(node.keys, node.values, strict=True)
                node = next((value for each, value in named if getattr(each, "value", None) == key), None)
            else:
                return node if head == "tensors" else None
        return node

    def _stored(self, call: OpCall) -> ast.expr | None:
        """Return the expression of a weight within the list that `set_weights` or a constructor is given."""
        listed = self.argument("weights", 0 if self.callee().endswith("set_weights") else None)
        place = int(call.params["place"])
        if isinstance(listed, (ast.List, ast.Tuple)):
            return listed.elts[place] if place < len(listed.elts) else None
        return None

    def given(self, call: OpCall, role: str, place: int) -> ast.expr | None:
        """Return the expression given for an operand that is no tensor, by its name or its place among the operands."""
        if isinstance(self.node, ast.BinOp):
            return (self.node.left, self.node.right)[place] if place < 2 else None
        if call.layer is not None and not call.layer.direct:
            return None
        if place == 0 and self.is_method(call) and isinstance(self.node, ast.Call):
            return self.node.func.value if isinstance(self.node.func, ast.Attribute) else None
        named = (self.argument(name, None) for name in (role, *KEYWORDS.get(role, ())))
        known = next((each for each in named if each is not None), None)
        return known if known is not None else self.argument(role, place - self.is_method(call))

    def _positional(self, node: ast.Call, call: OpCall, role: str, index: int) -> ast.expr | None:
        positional: list[ast.expr] = list(node.args)
        if self.is_method(call):
            assert isinstance(node.func, ast.Attribute)
            positional.insert(0, node.func.value)
        if any(isinstance(argument, ast.Starred) for argument in positional[: index + 1]):
            return None
        head, _, number = role.partition(".")
        if number.isdigit() and positional:  # tensors.2 of torch.cat([a, b, c])
            listed = next((one for one in positional if isinstance(one, (ast.List, ast.Tuple))), None)
            if listed is not None:
                return listed.elts[int(number)] if int(number) < len(listed.elts) else None
            if head == "tensors" and len(positional) == 1:
                return None
        if call.layer is not None and len(positional) == 1 and isinstance(positional[0], (ast.List, ast.Tuple)):
            return positional[0].elts[index] if index < len(positional[0].elts) else None  # attention([q, v, k])
        tensors = [argument for argument in positional if not _is_literal(argument)]
        return tensors[index] if index < len(tensors) else None

    def definition(self, node: ast.expr) -> ast.expr | None:
        """Return the value that a name is given, where one plain assignment above gives it; None for anything else."""
        if not isinstance(node, ast.Name):
            return None
        scope: ast.AST = self.node
        while not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            scope = self.source.parents[scope]
        found: ast.expr | None = None
        for each in ast.walk(scope):
            if isinstance(each, ast.Assign) and each.lineno < node.lineno and len(each.targets) == 1:
                target = each.targets[0]
                if isinstance(target, ast.Name) and target.id == node.id:
                    found = each.value
        return found

    def argument(self, name: str, position: int | None) -> ast.expr | None:
        """Return the expression of an argument, by keyword or by position."""
        node = self.call
        if node is None:
            return None
        for keyword in node.keywords:
            if keyword.arg == name or (keyword.arg, name) in ALSO:
                return keyword.value
        if position is not None and 0 <= position < len(node.args):
            if not any(isinstance(argument, ast.Starred) for argument in node.args[: position + 1]):
                return node.args[position]
        return None

    @property
    def is_written_out(self) -> bool:
        """Whether every argument of the call stands in it: none comes out of a `*` or a `**`."""
        node = self.call
        if node is None or any(isinstance(each, ast.Starred) for each in node.args):
            return False
        return all(keyword.arg is not None for keyword in node.keywords)

    def inserted_argument(self, text: str) -> tuple[Span, str] | None:
        """Return the place and the text that add an argument at the end of the call."""
        node = self.call
        if node is None:
            return None
        span = self.source.span(node)
        last = max(
            [*node.args, *(keyword.value for keyword in node.keywords)],
            key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0),
            default=None,
        )
        if last is None:
            at = Span(span.path, span.end_line, span.end_column - 1, span.end_line, span.end_column - 1)
            return at, text
        end = self.source.span(last)
        tail = self.source.segment(Span(span.path, end.end_line, end.end_column, span.end_line, span.end_column))
        closing = len(tail) - len(tail.lstrip(") \n"))
        if closing > 1 and tail.startswith(")"):  # the last argument stands in parentheses of its own
            at = Span(span.path, span.end_line, span.end_column - 1, span.end_line, span.end_column - 1)
        else:
            at = Span(span.path, end.end_line, end.end_column, end.end_line, end.end_column)
        return at, f", {text}"

    def with_argument(
        self, name: str, value: str, position: int | None, element: int | None = None
    ) -> tuple[Span, str] | None:
        """Return the place and the text that give an argument a value, added where it is missing.

        Of a tuple or a list that is written out, only the `element` is replaced, where one is asked for.
        """
        node = self.argument(name, position)
        if node is None:
            return self.inserted_argument(f"{name}={value}") if name else None
        if element is not None and isinstance(node, (ast.Tuple, ast.List)) and element < len(node.elts):
            node = node.elts[element]
        span = self.source.span(node)
        return (span, value) if self.source.segment(span) != value else None

    def dropped_argument(self, name: str) -> Span | None:
        """Return the place of a keyword argument with the comma before it; None where it is the call's only one."""
        call = self.call
        given = next((each for each in call.keywords if each.arg == name), None) if call is not None else None
        if call is None or given is None:
            return None
        spans = sorted(
            (self.source.span(each) for each in (*call.args, *call.keywords)), key=lambda at: (at.line, at.column)
        )
        own = self.source.span(given)
        place = spans.index(own)
        if place == 0:
            return None
        before = spans[place - 1]
        return Span(own.path, before.end_line, before.end_column, own.end_line, own.end_column)

    def text(self, node: ast.expr) -> str:
        """Return an expression's text, in parentheses where it has to be to stand before a dot."""
        text = self.source.text_of(node)
        return text if isinstance(node, _ATOMS) and not isinstance(node, ast.Tuple) else f"({text})"


def _index(node: ast.Subscript, place: int) -> ast.expr | None:
    """Return the expression at a place between square brackets."""
    listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    starred = any(isinstance(each, ast.Starred) for each in listed)
    return listed[place] if place < len(listed) and not starred else None


def _is_literal(node: ast.expr) -> bool:
    """Return whether an argument is a number or a text: no operand (`torch.gather(x, 1, index)`, an equation)."""
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)
