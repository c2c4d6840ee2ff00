"""Edits that give a size another value, at every place where it was chosen, with the evidence for each.

Evidence orders candidates that replay finds equally good: a name that already holds the wanted number, a number that
the rest of the program also uses, a rounder number, a layer's own argument.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import AxisUse, Frame, OpCall, Trace, is_series
from axiswise.origin import Origin, Span, origin_of
from axiswise.source.bindings import known_as
from axiswise.source.callsite import CallSite
from axiswise.source.naming import layer_name
from axiswise.source.numerals import likelier, roundness
from axiswise.source.passing import passed_on
from axiswise.source.phrases import multiples, phrases
from axiswise.source.provenance import SIGNS, Place, evaluated, places, solved
from axiswise.source.respelling import squares, whole, with_number
from axiswise.source.text import SourceFile, Sources
from axiswise.source.unread import is_only_reading, names_in, unread_parameters, words

UNREAD = 0.5
"""A parameter that the function never reads was to be read somewhere."""

KEPT = 0.7
"""A parameter that is read at one place only is hardly there for nothing."""

COUNTS = frozenset(
    "batch bs bsz epoch epochs seed step steps iter iters worker workers patience mult multiplier factor ratio".split()
)
"""Words of names that count what no layer is as wide as."""

ALIKE = 0.4
"""What it is worth that both ends of an axis are spelled alike."""

WRITTEN = 0.5
"""What it is worth that arithmetic of the same names, with the wanted value, stands in the same function."""

LOST = 0.45
"""What a literal in the place of a name throws away."""

EXCHANGED = 0.6
"""Two sizes of one shape that would fit in the other order were hardly meant for this one."""

FEW = 2
"""A difference up to which a size is a name and a little more: the class token beside the patches."""


def resizes(sources: Sources, trace: Trace, call: OpCall, use: AxisUse, wanted: int) -> Iterator[Fix]:
    """Yield the fixes that make one side's size `wanted`."""
    offered: set[tuple[Edit, ...]] = set()
    for place in places(trace, call, use, wanted):
        for fix in (*_at(sources, place), *passed_on(sources, place)):
            if fix.edits not in offered:
                offered.add(fix.edits)
                yield fix


def spelling(sources: Sources, trace: Trace, call: OpCall, use: AxisUse) -> str:
    """Return the expression of the number that one side's size was chosen by, empty where it names nothing."""
    place = next(places(trace, call, use, use.size), None)
    layer = place.call.layer if place is not None and place.in_layer else None
    if place is None or layer is None or place.value != use.size:
        return ""
    site = CallSite.at(sources, (layer.built[-1:] or (None,))[0])
    argument = _argument(site, place) if site is not None else None
    return ast.unparse(argument) if argument is not None and names_in(argument) else ""


def spelled_as(sources: Sources, theirs: str, fixes: Sequence[Fix], wanted: int) -> Iterator[Fix]:
    """Yield fixes, those better supported that spell a size as the other end of its axis is; one such, if none is.

    What the other end computes (`3 * width`) is not copied: the mistake may as well be in the computing.

    Args:
        sources: The user's files.
        theirs: The expression that the other end is given; empty where it names nothing.
        fixes: What gives the size.
        wanted: The size.
    """
    is_offered = any(edit.text == theirs for fix in fixes for edit in fix.edits)
    is_name = theirs.replace(".", "").isidentifier() and not words(theirs) & COUNTS
    for fix in fixes:
        alike = is_name and all(edit.text == theirs for edit in fix.edits)
        yield replace(fix, evidence=fix.evidence + ALIKE) if alike else fix
        if is_name and not is_offered and [edit.text for edit in fix.edits] == [str(wanted)]:
            is_offered = True
            text = _read_there(sources, fix.edits[0].span, theirs)
            title = fix.title.replace(f" to {wanted}", f" to {text}")
            if text:
                yield Fix(title, (replace(fix.edits[0], text=text),), fix.evidence + LOST + ALIKE)


def _read_there(sources: Sources, span: Span, name: str) -> str:
    """Return how a name is read at a place, empty where it is not."""
    source = sources.file(span.path)
    node = source.node_spanning(span) if source is not None else None
    return known_as(name, node, source) if source is not None and node is not None else name


def _at(sources: Sources, place: Place) -> Iterator[Fix]:
    if place.value == place.wanted or place.wanted < 1:
        return
    frame = (place.call.layer.built[-1:] or (None,))[0] if place.in_layer and place.call.layer else _last(place.call)
    site = CallSite.at(sources, frame)
    argument: ast.expr | None = None
    if site is not None and frame is not None:
        argument = _argument(site, place)
    subject = _subject(sources, place)
    if argument is not None and site is not None and frame is not None:
        yield from _exchanged(site, argument, place)
        lost = KEPT if is_only_reading(site.source, argument) else 0.0
        for fix in _argument_edits(site, argument, place, frame, subject):
            is_kept = any(ast.unparse(argument) in edit.text for edit in fix.edits)
            yield fix if is_kept else replace(fix, evidence=fix.evidence - lost)
    if place.origin is not None:
        inside = site.source.span(argument) if site is not None and argument is not None else None
        yield from _literal_edits(sources, place, place.origin, inside, subject)


def _last(call: OpCall) -> Frame | None:
    return call.frames[-1] if call.frames else None


def _nearness(place: Place) -> float:
    """Return how much a place is favoured for where it is: a failing layer's own argument is the usual culprit."""
    if place.wanted == 1 and not place.in_layer:
        return -0.6  # an axis of 1 fits by broadcasting: nothing is mended, something is gone
    if place.name == "kernel_size" and place.call.op.startswith("conv") and place.wanted % 2 == 0:
        return -0.2  # kernels of convolutions are odd, as a rule
    if place.wanted == 1 and place.name.endswith(("features", "channels")):
        return -0.3  # nobody builds a layer of one feature to have two sizes agree
    if place.in_layer:
        return 0.35 if place.steps == 0 else max(0.1 - 0.02 * place.steps, 0.0)
    return -0.02 * place.steps


def _subject(sources: Sources, place: Place) -> str:
    if place.in_layer:
        return f"{layer_name(sources, place.call)}'s {place.name}"
    return f"{place.name}[{place.index}]" if place.index >= 0 else place.name


def _argument(site: CallSite, place: Place) -> ast.expr | None:
    """Return the expression of the number within the call or constructor call, or None."""
    if place.in_layer and place.call.layer is not None:
        found = site.argument(place.name, list(place.call.layer.settings).index(place.name))
        return _element(found, place)
    node = site.call
    if node is None:
        return None
    found = site.argument(place.name, None)
    if found is not None:
        return _element(found, place)
    numbers = [each for each in node.args if not isinstance(each, ast.Starred)]
    if len(numbers) != len(node.args) or place.index < 0:
        candidates = [each for each in numbers if _is_number(each, place.value)]
        return candidates[0] if len(candidates) == 1 else None
    listed = next((each for each in numbers if isinstance(each, (ast.Tuple, ast.List))), None)
    if listed is not None:
        return _element(listed, place)
    if len(numbers) < len(_series(place)):
        return None
    offset = 0 if isinstance(node.func, ast.Attribute) and place.call.is_method else _tensors_before(place.call)
    position = place.index + offset
    return numbers[position] if position < len(numbers) else None


def _tensors_before(call: OpCall) -> int:
    return sum(1 for role in call.operands if "." not in role)


def _is_number(node: ast.expr, value: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def _series(place: Place) -> tuple[int, ...]:
    """Return the numbers among which a place stands; empty where the argument is one number."""
    call = place.call
    value = call.layer.settings[place.name] if place.in_layer and call.layer else call.params.get(place.name)
    return tuple(value) if is_series(value) and len(value) > 1 and place.index >= 0 else ()


def _element(node: ast.expr | None, place: Place) -> ast.expr | None:
    """Return the expression of one number; None where a name stands for several."""
    if isinstance(node, (ast.Tuple, ast.List)) and 0 <= place.index < len(node.elts):
        found = node.elts[place.index]
        return None if any(isinstance(each, ast.Starred) for each in node.elts) else found
    return node if not _series(place) else None


def _exchanged(site: CallSite, argument: ast.expr, place: Place) -> Iterator[Fix]:
    """Exchange two sizes of a shape, where one is what the other should be: `zeros(width, places)`."""
    source, evidence = site.source, EXCHANGED + _nearness(place)
    for index, size in enumerate(_series(place) if not place.in_layer else ()):
        other = _argument(site, replace(place, index=index, value=size)) if size == place.wanted else None
        if other is not None and names_in(argument) | names_in(other):
            edits = [(argument, other), (other, argument)]
            first, second = sorted((place.index, index))
            yield Fix(
                f"exchange the sizes {first} and {second} of {place.call.op}",
                tuple(Edit(source.span(old), source.text_of(new)) for old, new in edits),
                evidence,
            )


def _argument_edits(site: CallSite, argument: ast.expr, place: Place, frame: Frame, subject: str) -> Iterator[Fix]:
    span = site.source.span(argument)
    current = site.source.segment(span)
    base = likelier(site.source, place.value, place.wanted) + _nearness(place)
    by_name = _nearness(place) + 0.2 if isinstance(argument, (ast.Name, ast.Attribute)) else base
    named = (name for name, value in frame.sizes.items() if value == place.wanted and name != current)
    names = [name for name in named if not _is_a_count(name, place)]
    bare_name = not isinstance(argument, ast.Constant)
    unread = unread_parameters(site.source, site.node)
    for name in sorted(names, key=lambda name: (name not in unread, not _akin(name, place.name)))[:2]:
        evidence = by_name + (0.3 if isinstance(argument, ast.BinOp) else 0.1) + (UNREAD if name in unread else 0.0)
        strange = 0.0 if bare_name or _akin(name, place.name) or not place.in_layer else 0.2
        yield Fix(f"set {subject} to {name}", (Edit(span, name),), evidence - strange)
    written = phrases(site.source, argument, frame.sizes, place.wanted)
    for text in (*written, *multiples(argument, frame.sizes, place.wanted)):
        once = 0.4 * WRITTEN if written.get(text) == 1 else 0.0  # it may be the mistake itself
        yield Fix(f"set {subject} to {text}", (Edit(span, text),), _nearness(place) + WRITTEN - once)
    # A name and a little more is how long a table is, and hardly how wide a layer.
    a_little = -0.2 if place.in_layer and place.name != "num_embeddings" else 0.25
    for text in _arithmetic(argument, place, frame):
        by_factor = isinstance(argument, ast.BinOp) or "*" in text
        yield Fix(f"set {subject} to {text}", (Edit(span, text),), base + (0.25 if by_factor else a_little))
    twins = _same_calls(site, argument)
    if len(twins) > 1:
        edits = tuple(Edit(each, str(place.wanted)) for each in twins)
        yield Fix(f"set {subject} to {place.wanted} in all {len(twins)}", edits, base + 0.1)
    # A literal in the place of a name throws away what the name says.
    lost = LOST if names_in(argument) else 0.15 if bare_name else 0.0
    yield Fix(f"set {subject} to {place.wanted}", (Edit(span, str(place.wanted)),), base - lost)


def _is_a_count(name: str, place: Place) -> bool:
    """Return whether a name is no size of a layer, nor of an axis behind the batch."""
    return (place.in_layer or place.index > 0) and bool(words(name) & COUNTS)


def _akin(name: str, argument: str) -> bool:
    """Return whether a name shares a word with the argument it would be given for (`in_dim`, `in_features`)."""
    return bool(words(name) & words(argument))


def _same_calls(site: CallSite, argument: ast.expr) -> list[Span]:
    """Return where an argument stands in every call of its statement that is spelled alike (`zeros(n), zeros(n)`)."""
    statement, node = site.source.statement_of(site.node), site.node
    if statement is None or not isinstance(node, ast.Call):
        return []
    told = ast.dump(node)
    offset = (argument.lineno - node.lineno, argument.col_offset - node.col_offset)
    found: list[Span] = []
    for each in ast.walk(statement):
        if isinstance(each, ast.Call) and ast.dump(each) == told:
            for part in ast.walk(each):
                if not isinstance(part, type(argument)):
                    continue
                if (part.lineno - each.lineno, part.col_offset - each.col_offset) == offset:
                    found.append(site.source.span(part))
                    break
    return found


def _arithmetic(argument: ast.expr, place: Place, frame: Frame) -> Iterator[str]:
    """Yield the argument's own arithmetic with one operand changed or dropped (`d_model * 2` -> `d_model`)."""
    if not isinstance(argument, ast.BinOp):
        difference, name = place.wanted - place.value, ast.unparse(argument)
        is_name = isinstance(argument, (ast.Name, ast.Attribute))
        if is_name and 0 < abs(difference) <= FEW:
            yield f"{name} {'+' if difference > 0 else '-'} {abs(difference)}"
        value = frame.sizes.get(name, 1)
        if is_name and value > 1 and place.wanted % value == 0 and 1 < place.wanted // value <= 8:
            yield f"{name} * {_factor(place, frame, place.wanted // value)}"
        return
    for side, other, known in _operands(argument, place.origin):
        text = ast.unparse(side)
        value = frame.sizes.get(text, known)
        if value == place.wanted and names_in(side) and not _is_a_count(text, place):
            yield text
        if isinstance(other, ast.Constant) and isinstance(other.value, int) and isinstance(argument.op, ast.Mult):
            if value and place.wanted % value == 0 and place.wanted // value > 1:
                yield f"{text} * {place.wanted // value}"
    if place.wanted - place.value == 1 and isinstance(argument.op, (ast.Mult, ast.FloorDiv, ast.Pow)):
        yield f"{ast.unparse(argument)} + 1"


def _factor(place: Place, frame: Frame, number: int) -> str:
    """Return how a factor is written: by the name that holds it, where the numbers were chosen for the user."""
    is_chosen = place.origin is not None and bool(place.origin.guesses())
    names = (name for name, size in frame.sizes.items() if size == number > 2)
    return next(names, str(number)) if is_chosen else str(number)


def _operands(argument: ast.BinOp, origin: Origin | None) -> Iterator[tuple[ast.expr, ast.expr, int]]:
    """Yield each operand with the other one, and its value as it was at that time; 0 where it is not known."""
    left, right = 0, 0
    if origin is not None and origin.kind == SIGNS.get(type(argument.op)) and len(origin.parts) == 2:
        left, right = (int(part.value) for part in origin.parts)
    yield argument.left, argument.right, left
    yield argument.right, argument.left, right


def _literal_edits(sources: Sources, place: Place, origin: Origin, inside: Span | None, subject: str) -> Iterator[Fix]:
    literals = origin.literals()
    yield from _sides(sources, place, origin, subject)
    yield from _twin_edits(sources, place, origin, literals, subject)
    yield from _squared(sources, place, origin, literals, subject)
    for leaf in literals:
        if leaf.span is None or leaf.span == inside:
            continue
        number = solved(origin, leaf, place.wanted)
        source = sources.file(leaf.span.path)
        if source is None:
            continue
        name = _name_of(source, leaf.span)
        if number is None or number == leaf.value or (name and number == 1 and not place.in_layer):
            continue
        edit, text = with_number(source, leaf.span, number)
        evidence = likelier(source, int(leaf.value), number) + _nearness(place) - 0.1 * len(literals)
        if sum(each.value == leaf.value for each in literals) > 1:
            evidence -= 0.1  # one of a pair, the height of a height and a width
        top = whole(source, leaf.span)
        if top is not None and names_in(top):  # times a name: people double and quadruple
            evidence += 0.15 * (roundness(number) - roundness(int(leaf.value)))
        yield Fix(f"set {name or subject} to {text}", (edit,), evidence + (0.4 if edit.span != leaf.span else 0.0))


def _twin_edits(
    sources: Sources, place: Place, origin: Origin, literals: tuple[Origin, ...], subject: str
) -> Iterator[Fix]:
    """Change literals of one value together: the height and the width of `channels * 8 * 8`."""
    for value in dict.fromkeys(leaf.value for leaf in literals):
        twins = tuple(dict.fromkeys(leaf.span for leaf in literals if leaf.value == value and leaf.span is not None))
        source = sources.file(twins[0].path) if twins else None
        if len(twins) < 2 or source is None or any(span.line != twins[0].line for span in twins):
            continue
        for number in range(1, 4 * int(value) + 1):
            if evaluated(origin, frozenset(twins), number) == place.wanted:
                edits = tuple(Edit(span, str(number)) for span in twins)
                yield Fix(f"set {subject} to {place.wanted}: {number} for {int(value)}", edits, 0.4 + _nearness(place))


def _sides(sources: Sources, place: Place, origin: Origin, subject: str) -> Iterator[Fix]:
    """Change the height and the width together, where they are written side by side: `(100, 100, 3)`."""
    alike = [origin_of(each) for each in _series(place) if each == place.value]
    spans = tuple(dict.fromkeys(each.span for each in alike if each is not None and each.span is not None))
    lines = {(span.path, span.line) for span in spans}
    if origin.kind != "literal" or len(spans) < 2 or len(spans) != len(alike) or len(lines) > 1:
        return
    source = sources.file(spans[0].path)
    evidence = likelier(source, place.value, place.wanted) if source is not None else 0.0
    edits = tuple(Edit(span, str(place.wanted)) for span in spans)
    node = whole(source, spans[0]) if source is not None else None
    listed = source.parents.get(node) if source is not None and node is not None else None
    parent = source.parents.get(listed) if source is not None and listed is not None else None
    name = ast.unparse(parent.targets[0]) if isinstance(parent, ast.Assign) else ""
    yield Fix(f"set both sides of {name or subject} to {place.wanted}", edits, evidence + _nearness(place) + 0.3)


def _squared(
    sources: Sources, place: Place, origin: Origin, literals: tuple[Origin, ...], subject: str
) -> Iterator[Fix]:
    """Square a side that is added or multiplied as it stands, where an area is wanted."""
    for path in dict.fromkeys(leaf.span.path for leaf in literals if leaf.span is not None):
        source = sources.file(path)
        for edit, text in squares(source, origin, place.wanted) if source is not None else ():
            name = _name_of(source, edit.span) if source is not None else ""
            yield Fix(f"set {name or subject} to {text}", (edit,), 0.4 + _nearness(place))


def _name_of(source: SourceFile, span: Span) -> str:
    """Return the name or keyword that a literal, or the arithmetic around it, is given to, or an empty string."""
    node = whole(source, span)
    parent = source.parents.get(node) if node is not None else None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        return ast.unparse(parent.targets[0])
    if isinstance(parent, ast.AnnAssign):
        return ast.unparse(parent.target)
    if isinstance(parent, ast.keyword) and parent.arg:
        return parent.arg
    return ""
