from __future__ import annotations

from collections.abc import Iterable
from math import gcd, isqrt, prod

from axiswise.diagnosis import Diagnosis, Edit, Fix
from axiswise.facts import AxisUse, Conflict, Shape
from axiswise.origin import AnySize
from axiswise.rules.reading import label, multiples, place, shape, sizes, written
from axiswise.rules.rule import Rule
from axiswise.source.products import spelled_alike
from axiswise.source.scene import Scene

WINDOWED = ("conv", "max_pool", "avg_pool")


class ReshapeCount(Rule):
    """A view or reshape asks for another number of elements than the tensor has."""

    kinds = frozenset({"numel"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        asked, given = asked_shape(conflict), _given(conflict)
        elements = prod(given) if given is not None else conflict.left.size if conflict.left else -1
        has = f"{scene.expression('input')} has {elements}" if elements >= 0 else "there are others"
        if not asked:
            return scene.diagnosis(
                f"{scene.callee()} asks for another number of elements than {scene.expression('input')} has"
            )
        product = prod(each for each in asked if each >= 0)
        wants = (
            f"a multiple of {product}"
            if -1 in asked
            else f"{written(asked)} = {product}"
            if len(asked) > 1
            else f"{product}"
        )
        return scene.diagnosis(f"{scene.callee()} asks for {wants} elements, but {has}", label(scene, "input"))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        asked, given = asked_shape(conflict), _given(conflict)
        if not asked or given is None:
            return
        if "target_shape" in conflict.call.params:
            yield from self._of_samples(scene, asked, given)
            return
        elements = prod(given)
        yield from _features(scene, asked, given[1:])
        if abs(prod(asked)) > prod(given[1:]):
            yield from _borders(scene)
        if -1 not in asked:
            for index in range(len(asked) - 1, 0, -1):
                others = prod(asked) // asked[index] if asked[index] else 0
                if others and elements % others == 0 and asked[0] == given[0]:
                    if index == len(asked) - 1:
                        yield from ask(conflict, scene, index, "-1", "let the last size follow from the others")
                    use = AxisUse("", -1, asked[index], "shape", index)
                    yield from scene.resize(use, elements // others)
        product = abs(prod(asked))
        for axis in range(len(given) - 1, 0, -1):
            others = elements // given[axis] if given[axis] else 0
            if others and product % others == 0 and product != elements:
                yield from scene.resize(AxisUse("input", axis, given[axis]), product // others)
        if -1 in asked and given[-1:] and elements:
            use = AxisUse("input", len(given) - 1, given[-1])
            for wanted in multiples(scene, use, product // gcd(product, elements // given[-1])):
                yield from scene.resize(use, wanted)
        inner = prod(given[1:-1])
        if -1 in asked[:1] and len(given) > 1 and inner and product % inner == 0:
            yield from scene.resize(AxisUse("input", len(given) - 1, given[-1]), product // inner)
        if -1 not in asked:
            yield from self._sides(scene, given, product)

    def _of_samples(self, scene: Scene, asked: tuple[int, ...], given: tuple[int, ...]) -> Iterable[Fix]:
        """A layer's target shape, which has no batch axis."""
        elements = prod(given)
        if -1 in asked and asked[-1] not in (-1, given[-1]):
            yield from scene.resize(AxisUse("", -1, asked[-1], "target_shape", len(asked) - 1), given[-1])
        for index in range(len(asked) - 1, -1, -1):
            others = prod(asked) // asked[index] if asked[index] else 0
            if -1 in asked or not others or elements % others:
                continue
            sizes = ", ".join("-1" if place == index else str(each) for place, each in enumerate(asked))
            text = f"({sizes},)" if len(asked) == 1 else f"({sizes})"
            yield from scene.setting("target_shape", text, "let one size follow from the others")
            use = AxisUse("", -1, asked[index], "target_shape", index)
            yield from scene.resize(use, elements // others)
        for axis in range(len(given) - 1, -1, -1):
            others = elements // given[axis] if given[axis] else 0
            if others and abs(prod(asked)) % others == 0:
                yield from scene.resize(AxisUse("input", axis + 1, given[axis]), abs(prod(asked)) // others)

    def _sides(self, scene: Scene, given: tuple[int, ...], product: int) -> Iterable[Fix]:
        """Give the two sides of a square another length, where they have one origin."""
        if len(given) < 3 or given[-1] != given[-2] or not prod(given[:-2]) or product % prod(given[:-2]):
            return
        side = isqrt(product // prod(given[:-2]))
        if side > 1 and prod(given[:-2]) * side**2 == product:
            yield from scene.resize(AxisUse("input", len(given) - 1, given[-1]), side)


def _features(scene: Scene, asked: Shape, sample: Shape) -> Iterable[Fix]:
    """Ask for as many features as a sample has, wherever the file multiplies the same numbers for them."""
    if scene.site is None or any(isinstance(size, AnySize) for size in sample):
        return
    if len(asked) != 2 or asked[0] != -1 or len(sample) < 2:
        return
    alike = spelled_alike(scene.site, asked[1])
    text = " * ".join(str(size) for size in sample)
    if alike:
        edits = tuple(Edit(span, text) for span in alike)
        yield Fix(f"ask for the {prod(sample)} features of a sample", edits, 0.4)


def _borders(scene: Scene) -> Iterable[Fix]:
    """Let the windows before keep the borders, which they cut off."""
    for earlier in scene.producers("input"):
        if earlier.call.op.startswith(WINDOWED) and earlier.written("padding", -1).strip("\"'").upper() == "VALID":
            yield from earlier.argument("padding", '"SAME"', "keep the borders in the windows before", evidence=0.9)


def asked_shape(conflict: Conflict) -> tuple[int, ...]:
    """Return the sizes that a reshape asks for; empty where they are not known."""
    params = conflict.call.params
    return sizes(next((params[name] for name in ("shape", "sizes", "target_shape") if name in params), None)) or ()


def _given(conflict: Conflict) -> Shape | None:
    """Return the input's shape; that of a sample where a layer reshapes samples."""
    given = shape(conflict, "input")
    return given[1:] if given is not None and "target_shape" in conflict.call.params else given


def ask(conflict: Conflict, scene: Scene, index: int, text: str, title: str) -> Iterable[Fix]:
    """Ask for another size at one place of a reshape whose sizes are written one after the other."""
    return scene.argument("", text, title, position=place(conflict, 1) + index)
