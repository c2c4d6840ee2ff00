"""Normalisation functions, and the layers that look at their input's rank before any of them runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from axiswise.frontends.torch.vocabulary.reading import LayerReader, Reading, bind, reads, table

_STATISTICS = "input, running_mean?, running_var?, weight?, bias?"

READERS = table(
    reads("layer_norm", "input, normalized_shape, weight?, bias?, eps=1e-05", "nn.functional.layer_norm"),
    reads("rms_norm", "input, normalized_shape, weight?, eps=None"),
    reads("batch_norm", f"{_STATISTICS}, training=False, momentum=0.1, eps=1e-05", "nn.functional.batch_norm"),
    reads(
        "instance_norm", f"{_STATISTICS}, use_input_stats=True, momentum=0.1, eps=1e-05", "nn.functional.instance_norm"
    ),
    reads("group_norm", "input, num_groups, weight?, bias?, eps=1e-05", "nn.functional.group_norm"),
)


def _layer(op: str, *ranks: int) -> LayerReader:
    def read(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        bound = bind("input", args, kwargs)
        if bound is None:
            return None
        own_statistics = module.training or module.running_mean is None
        flag = "training" if op == "batch_norm" else "use_input_stats"
        reading = Reading(op, params={"num_features": module.num_features, "ranks": ranks, flag: own_statistics})
        reading.put("input", bound["input"])
        for role in ("running_mean", "running_var", "weight", "bias"):
            stored = getattr(module, role)
            if stored is not None:
                reading.put(role, stored)
        return reading

    return read


LAYERS: dict[type, LayerReader] = {
    nn.BatchNorm1d: _layer("batch_norm", 2, 3),
    nn.BatchNorm2d: _layer("batch_norm", 4),
    nn.BatchNorm3d: _layer("batch_norm", 5),
    nn.InstanceNorm1d: _layer("instance_norm", 2, 3),
    nn.InstanceNorm2d: _layer("instance_norm", 3, 4),
    nn.InstanceNorm3d: _layer("instance_norm", 4, 5),
}
