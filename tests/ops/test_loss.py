from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, sizes, tensor

reductions = st.sampled_from(["none", "none", "mean", "sum"])
floats = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float64])


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
@examples
@given(st.data())
def test_class_numbers(loss: object, data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 5))
    classes = shape[1] if len(shape) > 1 else shape[0]
    form = data.draw(st.sampled_from(["numbers", "numbers", "numbers", "whole", "column"]))
    wanted = {"numbers": (*shape[:1], *shape[2:]) if len(shape) > 1 else (), "whole": shape, "column": (shape[0], 1)}
    types = st.sampled_from([torch.int64, torch.int64, torch.int64, torch.float32, torch.int32])
    target = tensor(data.draw(nearly(wanted[form])), data.draw(types))
    weight = tensor(data.draw(nearly((classes,), ranks=False)), data.draw(floats)) if data.draw(st.booleans()) else None
    assert callable(loss)
    hold(lambda: loss(tensor(shape), target, weight, reduction=data.draw(reductions)))


@pytest.mark.parametrize("loss", [F.binary_cross_entropy, F.binary_cross_entropy_with_logits])
@examples
@given(st.data())
def test_binary(loss: object, data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 3))
    types = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float64, torch.int64])
    target = tensor(data.draw(nearly(shape)), data.draw(types))
    options = {"reduction": data.draw(reductions)}
    if data.draw(st.booleans()):
        options["weight"] = tensor(data.draw(nearly(shape[data.draw(st.integers(0, 2)) :])))
    if loss is F.binary_cross_entropy_with_logits and data.draw(st.booleans()):
        options["pos_weight"] = tensor(data.draw(nearly(shape[-1:])))
    assert callable(loss)
    hold(lambda: loss(tensor(shape), target, **options))


@pytest.mark.parametrize(
    "loss",
    [
        F.mse_loss,
        F.l1_loss,
        F.smooth_l1_loss,
        F.huber_loss,
        F.kl_div,
        F.poisson_nll_loss,
        F.hinge_embedding_loss,
        F.soft_margin_loss,
        F.multilabel_margin_loss,
    ],
)
@examples
@given(st.data())
def test_elements(loss: object, data: st.DataObject) -> None:
    shape = data.draw(shapes(0, 2))
    target = tensor(data.draw(nearly(shape)), data.draw(st.sampled_from([torch.float32, torch.int64])))
    assert callable(loss)
    hold(lambda: loss(tensor(shape), target, reduction=data.draw(reductions)))


@examples
@given(st.data())
def test_multi_margin(data: st.DataObject) -> None:
    samples, classes = data.draw(sizes), data.draw(sizes)
    target = tensor(
        data.draw(nearly((samples,))), data.draw(st.sampled_from([torch.int64, torch.int64, torch.float32]))
    )
    hold(lambda: F.multi_margin_loss(tensor((samples, classes)), target, reduction=data.draw(reductions)))


@examples
@given(st.data())
def test_ctc(data: st.DataObject) -> None:
    steps, batch, classes = data.draw(st.integers(3, 5)), data.draw(sizes), data.draw(st.integers(2, 4))
    probabilities = tensor(data.draw(nearly((steps, batch, classes), ranks=False)))
    targets = torch.ones((*data.draw(nearly((batch, 2), ranks=False))[:1], 2), dtype=torch.int64)
    lengths = [torch.full((data.draw(nearly((batch,), ranks=False))), 2) for _ in range(2)]
    if probabilities.shape[0] >= 2 and probabilities.shape[2] >= 2:
        hold(lambda: F.ctc_loss(probabilities, targets, *lengths, reduction=data.draw(reductions)), "ctc_loss")


@examples
@given(st.data())
def test_pairs(data: st.DataObject) -> None:
    shape = data.draw(shapes(0, 3))
    left, right = tensor(shape), tensor(data.draw(nearly(shape)))
    hold(lambda: F.cosine_similarity(left, right, dim=data.draw(st.integers(-3, 3))))
    hold(lambda: F.pairwise_distance(left, right, keepdim=data.draw(st.booleans())))


@examples
@given(st.data())
def test_pair_losses(data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 3))
    left, right = tensor(data.draw(nearly(shape))), tensor(data.draw(nearly(shape)))
    reduction = data.draw(reductions)
    hold(lambda: F.cosine_embedding_loss(left, right, tensor(data.draw(nearly(shape[:-1]))), reduction=reduction))
    hold(lambda: F.margin_ranking_loss(left, right, tensor(data.draw(nearly(shape))), reduction=reduction))
    hold(lambda: F.triplet_margin_loss(left, right, tensor(data.draw(nearly(shape))), reduction=reduction))


def test_what_losses_name() -> None:
    logits, numbers = tensor((4, 3)), torch.zeros(4, dtype=torch.int64)
    assert hold(lambda: F.cross_entropy(logits, numbers)) == ()
    assert hold(lambda: F.cross_entropy(logits, numbers[:2])) == ("target",)
    assert hold(lambda: F.cross_entropy(logits, numbers[:, None])) == ("target-rank",)
    assert hold(lambda: F.cross_entropy(logits, numbers.float())) == ("dtype",)
    assert hold(lambda: F.binary_cross_entropy_with_logits(logits, tensor((4,)))) == ("target",)
    # Broadcasting is legal, if hardly ever meant.
    assert hold(lambda: F.mse_loss(tensor((4, 1)), tensor((4,)))) == ()


@examples
@given(shapes(0, 3), st.data())
def test_likelihoods(shape: tuple[int, ...], data: st.DataObject) -> None:
    target, var = data.draw(nearly(shape)), data.draw(nearly(shape) | st.just(shape[:-1]))
    for reduction in ("mean", "none"):
        spread = torch.ones(var)
        hold(
            lambda reduction=reduction, spread=spread: F.gaussian_nll_loss(
                tensor(shape), tensor(target), spread, reduction=reduction
            ),
            "gaussian_nll_loss",
        )


@examples
@given(shapes(0, 3), st.data())
def test_soft_margins_of_several_labels(shape: tuple[int, ...], data: st.DataObject) -> None:
    target = data.draw(nearly(shape))
    weight = data.draw(st.none() | nearly(shape[-1:]))
    for reduction in ("mean", "none"):
        scale = None if weight is None else torch.ones(weight)
        hold(
            lambda reduction=reduction, scale=scale: F.multilabel_soft_margin_loss(
                tensor(shape), tensor(target), scale, reduction=reduction
            ),
            "multilabel_soft_margin_loss",
        )


@examples
@given(shapes(1, 3), st.booleans(), st.data())
def test_triplets_with_a_distance(shape: tuple[int, ...], swap: bool, data: st.DataObject) -> None:
    positive, negative = data.draw(nearly(shape)), data.draw(nearly(shape))
    hold(
        lambda: F.triplet_margin_with_distance_loss(tensor(shape), tensor(positive), tensor(negative), swap=swap),
        "triplet_margin_loss",
    )
