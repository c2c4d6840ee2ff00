from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict, Shape
from axiswise.rules.reading import label, name_of, number, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class BroadcastMismatch(Rule):
    """Two tensors are combined element by element, and an axis of one does not fit the other."""

    kinds = frozenset({"broadcast"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"the operands of {scene.callee()} have axes that do not line up", label(scene))
        ours, theirs = scene.expression(left.operand), scene.expression(right.operand)
        return scene.diagnosis(
            f"{ours} has {left.size} along {scene.axis(left)}, where {theirs} has {right.size}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return
        ours, theirs = shape(conflict, left.operand), shape(conflict, right.operand)
        if ours is not None and theirs is not None:
            yield from _kept(scene, left.operand, theirs)
            yield from _kept(scene, right.operand, ours)
            small = left if len(ours) <= len(theirs) else right
            pair = (ours, theirs) if small is left else (theirs, ours)
            for template, title in _placements(*pair):
                name = scene.expression(small.operand).strip("`")
                yield from scene.wrap(small.operand, template, f"{title} {name}", evidence=0.7)
            if len(ours) == len(theirs):
                for role, mine, other in ((left.operand, ours, theirs), (right.operand, theirs, ours)):
                    for axis in range(len(mine) - 1):
                        if _meets(_exchanged(mine, axis), other):
                            yield from scene.wrap(
                                role, f"{{}}.transpose({axis}, {axis + 1})", f"exchange the axes {axis} and {axis + 1}"
                            )
            if len(ours) == len(theirs) == 2 and ours[1] == theirs[1]:
                name = scene.expression(left.operand).strip("`")
                yield from scene.wrap(left.operand, "{}.unsqueeze(1)", f"pair each row of {name} with every other")
            longer, shorter = (left, right) if left.size > right.size else (right, left)
            cut, name = shape(conflict, longer.operand) or (), name_of(scene, shorter.operand)
            if (
                name
                and not _is_width(scene, longer)
                and _meets(
                    (*cut[: longer.axis], shorter.size, *cut[longer.axis + 1 :]), ours if longer is right else theirs
                )
            ):
                skip = ":, " * longer.axis
                # A table may well be longer than its use; data that is cut is data lost.
                is_table = _is_made(scene, longer.operand) and sum(size > 1 for size in cut) > 1
                yield from scene.wrap(
                    longer.operand,
                    f"{{}}[{skip}: {name}.size({shorter.axis})]",
                    f"cut it to the length of {name}",
                    evidence=0.6 if is_table else 0.0,
                    choice=not is_table,
                )
        yield from scene.agree()


REDUCING = frozenset("sum mean amax amin max min prod std var norm median logsumexp".split())


def _kept(scene: Scene, role: str, other: Shape) -> Iterable[Fix]:
    """Keep the axis of an operand that a reduction of the other one took away: a share of each row's sum."""
    whole = shape(scene.conflict, role)
    alike = takewhile(lambda each: each.call.outputs[0].shape == whole, scene.producers(role))
    earlier = next((each for each in alike if each.call.op in REDUCING), None)  # maybe behind a root, or a clamp
    if earlier is None or earlier.call.params.get("keepdim"):
        return
    given, dim = shape(earlier.conflict, "input"), number(earlier.call.params.get("dim"))
    if given is None or dim is None or len(given) != len(other) or not -len(given) <= dim < len(given):
        return
    at = dim % len(given)
    if _meets((*given[:at], 1, *given[at + 1 :]), other):
        yield from earlier.argument("keepdim", "True", f"keep axis {at} of the {earlier.call.op}", evidence=1.2)


FILLED = frozenset({"zeros", "ones", "empty", "full", "arange", "embedding"})
DRAWN = frozenset({"rand", "randn", "from-array"})
HANDED_ON = frozenset({"detach", "to", "clone", "contiguous"})


def _is_made(scene: Scene, role: str) -> bool:
    """Return whether an operand is a table made of given sizes: not computed, and not drawn as data is."""
    handed_on = False
    for earlier in scene.producers(role):
        if earlier.call.op not in HANDED_ON:
            return earlier.call.op in FILLED or (earlier.call.op in DRAWN and handed_on)
        handed_on = True
    return False


def _is_width(scene: Scene, use: AxisUse) -> bool:
    """Return whether an axis is that of an embedding's vectors: nobody cuts them."""
    maker = next(iter(scene.producers(use.operand)), None)
    return maker is not None and maker.call.op == "embedding" and use.axis == maker.call.outputs[0].rank - 1


def _meets(left: Shape, right: Shape) -> bool:
    """Return whether two shapes broadcast without an outer product: no axis of 1 meets one of 1 only by padding."""
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(left), reversed(right), strict=False))


def _exchanged(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], shape[axis + 1], shape[axis], *shape[axis + 2 :])


def _placements(small: Shape, large: Shape) -> Iterable[tuple[str, str]]:
    """Yield templates that line a smaller shape up with leading or middle axes of a larger one."""
    for start in range(len(large) - len(small)):
        if large[start : start + len(small)] != small:
            continue
        behind = len(large) - len(small) - start
        if behind == 1:
            yield "{}.unsqueeze(-1)", "add an axis of 1 at the end of"
        elif len(small) == 1:
            yield "{}.view(-1" + ", 1" * behind + ")", f"add {behind} axes of 1 at the end of"
        else:
            yield "{}[..." + ", None" * behind + "]", f"add {behind} axes of 1 at the end of"
    for at in range(1, len(small)):
        if small == large[:at] + large[at + 1 :]:
            yield f"{{}}.unsqueeze({at})", "add an axis of 1 within"
    if len(small) == 2 and len(large) > 3 and small == (large[0], large[-1]):
        yield "{}[:" + ", None" * (len(large) - 2) + "]", "add axes of 1 within"
