from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, name_of, names
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class DeviceMismatch(Rule):
    """The operands of one operation live on different devices."""

    kinds = frozenset({"device"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        by_device = _by_device(conflict)
        if len(by_device) >= 2:
            said = " and ".join(f"{scene.expression(role)} on {device}" for device, role in list(by_device.items())[:2])
            return scene.diagnosis(f"{scene.callee()} is given {said}", label(scene))
        named = names(conflict.facts.get("devices"))
        said = f"on {named[0]} and {named[1]}" if len(named) >= 2 else "on different devices"
        return scene.diagnosis(f"{scene.callee()} is given tensors {said}", label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        by_device = _by_device(conflict)
        if len(by_device) < 2:
            return
        elsewhere = next((device for device in by_device if device != "cpu"), "")
        name = name_of(scene, by_device[elsewhere])
        for role, operand in conflict.call.operands.items():
            if operand.device == elsewhere or operand.parameter:
                continue
            target = f"{name}.device" if name else f'"{elsewhere}"'
            yield from scene.wrap(role, f"{{}}.to({target})", f"move it to {elsewhere}")


def _by_device(conflict: Conflict) -> dict[str, str]:
    """Return the first operand on each device, those without a device left out."""
    found: dict[str, str] = {}
    for role, operand in conflict.call.operands.items():
        if operand.device:
            found.setdefault(operand.device, role)
    return found
