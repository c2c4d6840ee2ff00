from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import gcd

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, counts, label, number, setting, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PLACES = {"num_groups": 0, "groups": 6}
"""Positions in the constructors, which refuse the number before there is a layer."""


class ChannelGroups(Rule):
    """Channels are not divisible by the number of groups."""

    kinds = frozenset({"groups"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        channels, groups = size(conflict.left), size(conflict.right)
        if channels is None or not groups:
            return scene.diagnosis(f"the channels of {scene.callee()} are not divisible by its groups", label(scene))
        what = (
            (conflict.left.param if conflict.left and conflict.left.param else "channels")
            .replace("num_", "")
            .replace("_", " ")
        )
        return scene.diagnosis(
            f"{scene.callee()} divides {channels} {what} into {groups} groups, which leaves {channels % groups}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        channels, groups = size(conflict.left), size(conflict.right)
        if not channels or not groups:
            return
        widths = [
            each
            for name in ("in_channels", "out_channels", "num_channels")
            if (each := number(setting(conflict, name)))
        ]
        common = gcd(channels, *widths)
        largest = next((count for count in range(min(groups, common), 1, -1) if common % count == 0), 1)
        fitting = [each for each in dict.fromkeys((gcd(common, groups), largest, common)) if each not in (1, groups)]
        name = conflict.right.param if conflict.right is not None else ""
        if conflict.call.layer is None and name in PLACES:
            for wanted in fitting:
                title = f"set {name} to {wanted}"
                yield from choices(scene.argument(name, str(wanted), title, position=PLACES[name]))
        else:
            yield from counts(scene, conflict.right, fitting)
        if conflict.left is not None and conflict.left.param:
            # Other layers meet the channels too: the groups are the smaller change.
            wider = scene.resize(conflict.left, (channels // groups + 1) * groups)
            yield from (replace(fix, choice=True, evidence=fix.evidence - 1.0) for fix in wider)
