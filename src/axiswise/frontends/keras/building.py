"""Models that are built by their first batch: on the batch itself, where Keras would use symbolic tensors of its shape.

A symbolic tensor knows neither the data it stands for nor a value; what fails on it fails on the batch too.
"""

from __future__ import annotations

from typing import Any, cast

import keras


def build_on(model: Any) -> None:
    """Let models build themselves on real batches."""
    symbolic = model._symbolic_build

    def build(self: Any, iterator: Any = None, data_batch: Any = None) -> None:
        if data_batch is None:
            data_batch = _first(iterator)
        if cast("Any", type(self)).call is cast("Any", keras).Model.call:
            symbolic(self, data_batch=data_batch)  # has no call of its own: Keras says so
            return
        _step(self, data_batch)
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        self._post_build()

    model._symbolic_build = build


def _first(iterator: Any) -> Any:
    for _, _, data in iterator:
        return cast("Any", data)[0] if isinstance(data, (list, tuple)) else next(data)
    return None


def _step(model: Any, batch: Any) -> None:
    told: Any = model.__dict__.get("test_step")
    if told is not None:
        told.told(batch)
    x, y, weight = cast("Any", keras).utils.unpack_x_y_sample_weight(batch)
    is_built = all(layer.built for layer in model._flatten_layers())
    metrics, loss = model._compile_metrics, model._compile_loss
    if is_built and (metrics is None or metrics.built) and (loss is None or loss.built):
        return
    predicted = model(x, training=False)
    if loss is not None and not loss.built:
        model._compute_loss(x, y, predicted, sample_weight=weight, training=False)
        model._clear_losses()
    if metrics is not None and not metrics.built:
        model.compute_metrics(x, y, predicted, sample_weight=weight)
        model.reset_metrics()
