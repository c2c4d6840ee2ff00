"""Plant single faults in the programs of the corpus and keep those that really raise.

Run by hand: `python -m tests.corpus.plant`. Every planter looks for one habit of the field and breaks it in place;
each mutant is then run with the real framework, and `mutants.json` keeps the ones that raise an error of shapes, or
only warn of one, as many kinds as there are for each program. Nothing here knows what axiswise can find.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.corpus.ground_truth import load_frameworks, run

HERE = Path(__file__).parent
PER_PROGRAM = 12
LAYERS = re.compile(
    r"^(Linear|Conv\w*|BatchNorm\w*|LayerNorm|GroupNorm|LSTM\w*|GRU\w*|Embedding|MaxPool\w*|Upsample|\w*Block|Down|Up|DoubleConv)$"
)
RESHAPES = {"view", "reshape"}
SHAPE_ERRORS = {"RuntimeError", "ValueError", "IndexError", "AssertionError"}
NOT_SHAPES = re.compile(
    r"invalid values|inplace operation|does not require grad|NoneType|unexpected keyword|missing \d+ required|"
    r"positional argument|not callable|has no attribute|leaf Variable|constraint|not subscriptable|state_dict|"
    r"must be Tensor|truth value|0d arrays"
)


@dataclass(frozen=True, slots=True)
class Plant:
    """One fault: a piece of one line replaced."""

    kind: str
    line: int
    start: int
    end: int
    text: str


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _put(kind: str, node: ast.expr, text: str) -> Iterator[Plant]:
    if node.end_lineno == node.lineno and node.end_col_offset is not None:
        yield Plant(kind, node.lineno, node.col_offset, node.end_col_offset, text)


def _numbers(node: ast.expr) -> list[int] | None:
    """The whole numbers of a sequence of literal axes."""
    try:
        return [number for number in [ast.literal_eval(node)] if isinstance(number, int)] or None
    except ValueError:
        return None


def layer_sizes(call: ast.Call) -> Iterator[Plant]:
    """Another size given to a constructor."""
    if not LAYERS.match(_name(call.func)):
        return
    for position, argument in enumerate(call.args):
        kind = f"{_name(call.func)} argument {position}"
        if isinstance(argument, ast.Constant) and type(argument.value) is int:
            for value in {argument.value * 2, argument.value + 1, max(argument.value // 2, 1)} - {argument.value}:
                yield from _put(kind, argument, str(value))
        elif isinstance(argument, ast.BinOp):
            yield from _put(kind, argument, ast.unparse(argument.left))
            yield from _put(kind, argument, ast.unparse(argument.right))
        elif isinstance(argument, (ast.Name, ast.Attribute)):
            yield from _put(kind, argument, f"2 * {ast.unparse(argument)}")
            yield from _put(kind, argument, f"{ast.unparse(argument)} + 1")
            for other in call.args[:position]:
                if isinstance(other, (ast.Name, ast.Attribute)) and ast.unparse(other) != ast.unparse(argument):
                    yield from _put(kind, argument, ast.unparse(other))
    for keyword in call.keywords:
        if keyword.arg in ("kernel_size", "stride", "padding") and (whole := _numbers(keyword.value)):
            yield from _put("window", keyword.value, str(whole[0] + 1))
        elif keyword.arg in ("batch_first", "bidirectional", "bn"):
            yield from _put(f"{keyword.arg} turned", keyword.value, str(not ast.literal_eval(keyword.value)))


def axes(call: ast.Call) -> Iterator[Plant]:
    """Another axis for an operation along an axis; `keepdim` turned."""
    word = _name(call.func)
    for keyword in call.keywords:
        numbers = _numbers(keyword.value)
        if keyword.arg in ("dim", "axis", "start_dim") and numbers:
            for value in {numbers[0] - 1, numbers[0] + 1}:
                yield from _put(f"axis of {word}", keyword.value, str(value))
        elif keyword.arg in ("dim", "axis") and isinstance(keyword.value, ast.Tuple):
            yield from _put(f"axis of {word}", keyword.value, ast.unparse(keyword.value.elts[-1]))
        elif keyword.arg == "keepdim":
            yield from _put("keepdim turned", keyword.value, "False")
    if word in ("squeeze", "unsqueeze", "flatten", "softmax", "argmax", "sum", "size") and len(call.args) == 1:
        numbers = _numbers(call.args[0])
        if numbers:
            yield from _put(f"axis of {word}", call.args[0], str(numbers[0] + 1))
            yield from _put(f"axis of {word}", call.args[0], str(numbers[0] - 1))


def calls_dropped(call: ast.Call) -> Iterator[Plant]:
    """A change of layout left out."""
    word = _name(call.func)
    dropped = {"transpose", "t", "permute", "flatten", "unsqueeze", "squeeze", "repeat", "view", "reshape", "mean"}
    if isinstance(call.func, ast.Attribute) and word in dropped and _name(call.func.value) not in ("torch", "F"):
        yield from _put(f"{word} dropped", call, ast.unparse(call.func.value))
    if word in ("Flatten", "AdaptiveAvgPool2d", "MaxPool2d"):
        yield from _put(f"{word} dropped", call, "nn.Identity()")
    if word in ("flatten", "cat") and call.args and ast.unparse(call.func) == f"torch.{word}":
        yield from _put(f"{word} dropped", call, ast.unparse(call.args[0]))


def orders(call: ast.Call) -> Iterator[Plant]:
    """Arguments of a layout in another order, another factor, a literal batch."""
    word = _name(call.func)
    arguments = call.args
    if word in ("permute", "transpose", *RESHAPES, "zeros", "ones", "full"):
        for left, right in itertools.combinations(range(len(arguments)), 2):
            texts = [ast.unparse(a) for a in arguments]
            texts[left], texts[right] = texts[right], texts[left]
            if texts != [ast.unparse(a) for a in arguments] and word != "transpose":
                yield from _put(f"order of {word}", call, f"{ast.unparse(call.func)}({', '.join(texts)})")
    if word == "transpose" and len(arguments) == 2:
        numbers = [*(_numbers(arguments[0]) or []), *(_numbers(arguments[1]) or [])]
        if len(numbers) == 2:
            first, second = numbers
            shifted = f"{first - 1}, {second}" if first not in (0, -1) else f"{first}, {second + 1}"
            yield from _put("axes of transpose", call, f"{ast.unparse(call.func)}({shifted})")
    if word in RESHAPES or word in ("zeros", "randn", "rand", "randint", "full"):
        for argument in arguments:
            text = ast.unparse(argument)
            if isinstance(argument, ast.Constant) and type(argument.value) is int and argument.value > 1:
                yield from _put(f"factor of {word}", argument, str(argument.value * 2))
                yield from _put(f"factor of {word}", argument, str(argument.value + 1))
            elif re.search(r"size\(0\)|shape\[0\]", text) or text in ("B", "batch", "batch_size"):
                yield from _put(f"literal batch in {word}", argument, "32")
            elif isinstance(argument, (ast.Name, ast.Attribute)) and not text.startswith("opt.img"):
                yield from _put(f"factor of {word}", argument, f"{text} // 2")


def squeezes(call: ast.Call) -> Iterator[Plant]:
    """An axis taken away or put in where none should be."""
    if isinstance(call.func, ast.Attribute) and _name(call.func.value) == "self" and len(call.args) == 1:
        argument = call.args[0]
        if isinstance(argument, ast.Name):
            yield from _put("unsqueeze added", argument, f"{argument.id}.unsqueeze(1)")
            yield from _put("transpose added", argument, f"{argument.id}.transpose(0, 1)")
            yield from _put("squeeze added", argument, f"{argument.id}[0]")


def products(tree: ast.AST) -> Iterator[Plant]:
    """Operands of a product exchanged, or one of them transposed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            yield from _put("operands exchanged", node, f"{right} @ {left}")
        elif isinstance(node, ast.Call) and _name(node.func) in ("bmm", "matmul") and len(node.args) == 2:
            left, right = (ast.unparse(a) for a in node.args)
            yield from _put("operands exchanged", node, f"{ast.unparse(node.func)}({right}, {left})")


def layers_reused(tree: ast.AST) -> Iterator[Plant]:
    """A sibling of the same class called in a layer's place."""
    for owner in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
        kinds: dict[str, str] = {}
        for node in ast.walk(owner):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                if isinstance(node.targets[0], ast.Attribute):
                    kinds[node.targets[0].attr] = _name(node.value.func)
        for node in ast.walk(owner):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _name(node.func.value) == "self":
                for other, kind in kinds.items():
                    if other != node.func.attr and kind and kinds.get(node.func.attr) == kind:
                        yield from _put("wrong layer called", node.func, f"self.{other}")


def slices(tree: ast.AST) -> Iterator[Plant]:
    """A slice or an index of a tensor left out, or moved by one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and isinstance(node.ctx, ast.Load):
            yield from _put("slice dropped", node, ast.unparse(node.value))
            parts = [ast.unparse(part) for part in node.slice.elts]
            for position, part in enumerate(parts):
                if re.fullmatch(r"-?\d+:", part):
                    moved = [*parts[:position], ":", *parts[position + 1 :]]
                    yield from _put("slice widened", node, f"{ast.unparse(node.value)}[{', '.join(moved)}]")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.FloorDiv)):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and type(side.value) is int and side.value > 1:
                    yield from _put("factor of a size", side, str(side.value + 1))


def plants(source: str) -> list[Plant]:
    """Every fault that the planters know for a program, in the order of the text, each once."""
    tree = ast.parse(source)
    found: list[Plant] = [*products(tree), *layers_reused(tree), *slices(tree)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for planter in (layer_sizes, axes, calls_dropped, orders, squeezes):
                found.extend(planter(node))
    unique = {(p.line, p.start, p.end, p.text): p for p in found}
    return sorted(unique.values(), key=lambda p: (p.line, p.start, p.end, p.text))


def planted(source: str, plant: Plant) -> str:
    """The program with the fault in it."""
    lines = source.split("\n")
    line = lines[plant.line - 1].encode()
    lines[plant.line - 1] = (line[: plant.start] + plant.text.encode() + line[plant.end :]).decode()
    return "\n".join(lines)


def spread(found: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    """As many different kinds as there are, then as many different lines."""
    by_kind: dict[object, list[dict[str, object]]] = defaultdict(list)
    for mutant in found:
        by_kind[mutant["kind"]].append(mutant)
    chosen: list[dict[str, object]] = []
    lines: set[object] = set()
    for turn in itertools.count():
        left = [queue for queue in by_kind.values() if queue]
        if not left or len(chosen) >= count or turn > 4:
            return sorted(chosen, key=lambda mutant: (mutant["line"], mutant["new"]))
        for queue in left:
            fresh = next((m for m in queue if m["line"] not in lines), None)
            if fresh is not None and len(chosen) < count:
                queue.remove(fresh)
                lines.add(fresh["line"])
                chosen.append(fresh)
    return chosen


def main() -> None:
    load_frameworks()
    kept: list[dict[str, object]] = []
    for path in sorted((HERE / "programs").glob("*.py")):
        source = path.read_text("utf-8")
        raising: list[dict[str, object]] = []
        tried = plants(source)
        for plant in tried:
            mutant = planted(source, plant)
            if ast.dump(ast.parse(mutant)) == ast.dump(ast.parse(source)):
                continue
            outcome = run(mutant, str(path))
            raises = outcome.type in SHAPE_ERRORS and not NOT_SHAPES.search(outcome.message) and outcome.raise_line
            if raises or (outcome.warned and not outcome.type):
                raising.append(
                    {
                        "file": path.name,
                        "kind": plant.kind if raises else f"silent: {plant.kind}",
                        "line": plant.line,
                        "old": source.split("\n")[plant.line - 1],
                        "new": mutant.split("\n")[plant.line - 1],
                        **asdict(outcome),
                    }
                )
        chosen = spread(raising, PER_PROGRAM)
        print(f"{path.name}: {len(tried)} tried, {len(raising)} raise, {len(chosen)} kept", flush=True)
        kept.extend(chosen)
    (HERE / "mutants.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    print(f"{len(kept)} mutants, {len({str(m['kind']) for m in kept})} kinds")


if __name__ == "__main__":
    main()
