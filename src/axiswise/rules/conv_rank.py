from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, begun, everywhere, label, made, number, setting, shape, sizes
from axiswise.rules.rule import Rule
from axiswise.rules.wrong_rank import wanted
from axiswise.source.layering import of_more_axes
from axiswise.source.scene import Scene

AXES = {
    "1d": "(batch, channels, length)",
    "2d": "(batch, channels, height, width)",
    "3d": "(batch, channels, depth, ...)",
}
CHANNELS_LAST = {
    "1d": "(batch, length, channels)",
    "2d": "(batch, height, width, channels)",
    "3d": "(batch, depth, ..., channels)",
}


class ConvRank(Rule):
    """A convolution or pooling layer is given too few or too many axes."""

    kinds = frozenset({"rank"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        op = conflict.call.op
        if not ("conv" in op or "pool" in op) or (conflict.left and conflict.left.operand not in ("input", "")):
            return None
        is_last = number(setting(conflict, "channel_axis")) == -1 or setting(conflict, "channels_last") is True
        places = CHANNELS_LAST if is_last else AXES
        layout = next((text for suffix, text in places.items() if op.endswith(suffix)), wanted(conflict))
        given = conflict.left.size if conflict.left else -1
        has = f"has {axes(given)}" if given >= 0 else "has another number of axes"
        found = scene.diagnosis(
            f"{scene.callee()} takes {layout}, but {scene.expression('input')} {has}", label(scene, "input")
        )
        data = scene.loaded("input")
        return replace(found, notes=(*found.notes, *made(*data), *begun(*data))) if data is not None else found

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given = shape(conflict, "input")
        spatial = next((int(digit) for digit in "123" if f"{digit}d" in conflict.call.op), None)
        if given is None or spatial is None:
            return
        if "channels_last" in conflict.call.params:
            yield from self._of_batches(conflict, scene, len(given), spatial)
            return
        channels = number(setting(conflict, "in_channels"))
        if len(given) == 2 and spatial > 1 and given[1] == channels:
            title = "give each vector axes of 1 for its places"
            yield from scene.wrap("input", f"{{}}[...{', None' * spatial}]", title, evidence=0.6)
        if len(given) == spatial:
            yield from scene.wrap("input", "{}.unsqueeze(0)", "add the channel axis")
        if len(given) == spatial + 1 and channels == 1:
            yield from scene.wrap("input", "{}.unsqueeze(1)", "add the channel axis")
        if len(given) == spatial + 3:
            yield from scene.wrap("input", "{}.flatten(0, 1)", "fold the first two axes into the batch")
        for earlier in scene.producers("input"):
            if earlier.call.op in ("flatten", "squeeze"):
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")

    def _of_batches(self, conflict: Conflict, scene: Scene, rank: int, spatial: int) -> Iterable[Fix]:
        """Layers that take no single sample: the axis that is missing is the channels' or the batch's."""
        if rank == spatial + 1:
            place = rank if setting(conflict, "channels_last") else 1
            yield from self._declared(scene, place - 1)
            yield from everywhere(scene, "input", f"{{}}.unsqueeze({place})", "add the channel axis", 0.3)
            yield from scene.wrap("input", f"{{}}.unsqueeze({place})", "add the channel axis")
            yield from scene.wrap("input", "{}.unsqueeze(0)", "add the batch axis")
        elif rank > spatial + 2 and scene.built is not None:
            edits = of_more_axes(scene.built, spatial, rank - 2)
            if edits:
                yield Fix(f"slide over the {rank - 2} axes that there are", edits, 0.5)
        for earlier in scene.producers("input"):
            if earlier.call.op in ("flatten", "squeeze"):
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")

    def _declared(self, scene: Scene, axis: int) -> Iterable[Fix]:
        """Declare one channel, where the shape of a sample is declared without: Keras gives it to the data itself."""
        for earlier in scene.producers("input"):
            name = next(iter(earlier.call.params), "")
            declared = sizes(earlier.call.params.get(name))
            if earlier.call.op == "declare" and name in ("shape", "input_shape") and declared is not None:
                text = ", ".join(str(size) for size in (*declared[:axis], 1, *declared[axis:]))
                yield from earlier.setting(name, f"({text})", "declare the channel axis", evidence=0.5)
