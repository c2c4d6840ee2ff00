"""Messages as torch, NumPy and einops word them here and now: the calls are made, and what they raise is read."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from axiswise.frontends.messages import read_message, wordings
from axiswise.frontends.torch.messages.weights import parameter
from axiswise.ops.contract import KINDS
from tests.messages.raised import RAISED

torch = pytest.importorskip("torch")
einops = pytest.importorskip("einops")
np = pytest.importorskip("numpy")

DATA_DEPENDENT = ("DataDependent", "DynamicOutputShape")


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return {
        "torch": torch,
        "nn": torch.nn,
        "F": torch.nn.functional,
        "r": torch.rand,
        "np": np,
        "einops": einops,
        "rearrange": einops.rearrange,
        "reduce": einops.reduce,
        "repeat": einops.repeat,
    }


def raised(code: str, names: dict[str, Any]) -> Exception | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(code, dict(names))
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize(("code", "kind", "left", "right"), RAISED, ids=[row[0] for row in RAISED])
def test_read_as_it_is_raised(code: str, kind: str, left: int | None, right: int | None, names: dict[str, Any]) -> None:
    error = raised(code, names)
    assert error is not None
    conflict = read_message(type(error).__name__, str(error))
    assert conflict is not None
    sides = (conflict.left and conflict.left.size, conflict.right and conflict.right.size)
    assert (conflict.kind, *sides) == (kind, left, right)


def test_read_as_fakes_word_it(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from torch._subclasses import FakeTensorMode

    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    unread: list[str] = []
    count = 0
    for code, *_ in RAISED:
        if "np." in code or "numpy" in code or "Lazy" in code:
            continue
        with FakeTensorMode(allow_non_fake_inputs=True):
            error = raised(code, names)
        if error is None or type(error).__name__.startswith(DATA_DEPENDENT):
            continue
        count += 1
        if read_message(type(error).__name__, str(error)) is None:
            unread.append(f"{code}: {error}")
    assert unread == []
    assert count > 150


def test_kinds_that_are_raised_are_known() -> None:
    assert {kind for _, kind, *_ in RAISED} <= set(KINDS)
    assert len({kind for _, kind, *_ in RAISED}) >= 30


def templates() -> Iterator[tuple[str, Callable[..., Any], dict[str, str]]]:
    for each in wordings():
        yield each.template, each.reader, each.slots


def test_every_template_fits_its_reader() -> None:
    for template, reader, slots in templates():
        assert inspect.signature(reader).bind(**slots), template
    assert any(reader is parameter for _, reader, _ in templates())
    assert all(len(each.anchor) >= 4 for each in wordings())
