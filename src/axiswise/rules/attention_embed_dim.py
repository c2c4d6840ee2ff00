from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, number, setting, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AttentionEmbedDim(Rule):
    """An attention layer was built for another width than it is given."""

    kinds = frozenset({"embedding"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, has, wants = conflict.left, size(conflict.left), size(conflict.right)
        data = scene.expression(left.operand if left is not None and left.operand else "query")
        if has is None or wants is None:
            return scene.diagnosis(f"{scene.callee()} was built for another width than {data} has", label(scene))
        name = conflict.right.param if conflict.right and conflict.right.param else "embed_dim"
        told = f" ({name})" if setting(conflict, name) is not None or not conflict.call.operands else ""
        return scene.diagnosis(
            f"{scene.callee()} takes {wants} features{told}, but {data} has {has}",
            label(scene, "query", "key", "src", "tgt"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, has = conflict.left, size(conflict.left)
        if left is None or has is None:
            return
        heads = number(setting(conflict, "num_heads") or setting(conflict, "nhead"))
        if left.operand in ("key", "value") and conflict.call.op == "multihead_attention":
            yield from self._narrower(conflict, scene)
        elif heads is None or (heads and has % heads == 0):
            yield from scene.agree()
        else:
            yield from scene.resize(left, size(conflict.right) or has)
        given, wants = shape(conflict, left.operand), size(conflict.right)
        if given is not None and len(given) == 3 and given[1] == wants:
            yield from scene.wrap(left.operand, "{}.transpose(1, 2)", "put the feature axis last")

    def _narrower(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        """Declare the width of keys and values that come from elsewhere."""
        key, value = shape(conflict, "key"), shape(conflict, "value")
        embed = number(setting(conflict, "embed_dim"))
        if not key or not value or embed is None:
            return
        wanted = [f"{name}={width}" for name, width in (("kdim", key[-1]), ("vdim", value[-1])) if width != embed]
        query = shape(conflict, "query")
        whole = query is not None and len(query) == len(key) == 3 and not setting(conflict, "batch_first")
        if query and whole and query[0] == key[0] and query[1] != key[1]:
            wanted.append("batch_first=True")  # the lengths differ, and stand where the batch is read from
        first, *more = wanted
        name, _, width = first.partition("=")
        text = ", ".join((width, *more))
        yield from scene.setting(name, text, f"declare the memory's width: {', '.join(wanted)}", evidence=0.8)
        yield from scene.agree()
