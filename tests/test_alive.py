"""Live models: checked in a fork, with nothing of them or of torch changed."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Report


class Encoder(nn.Module):
    def __init__(self, width: int = 32, head: int = 32) -> None:
        super().__init__()
        self.embed = nn.Embedding(100, width)
        self.positions = nn.Parameter(torch.zeros(1, 64, width))
        self.layer = nn.TransformerEncoderLayer(width, 4, batch_first=True)
        self.head = nn.Linear(head, 100)
        self.register_buffer("seen", torch.zeros(3))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens) + self.positions[:, : tokens.shape[1]]
        return self.head(self.layer(x))


class Gate(nn.Module):
    """Takes everything by name, and says what it lacks when it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(image_size=48, num_channels=5, text=SimpleNamespace(hidden_size=24))
        self.words = nn.Embedding(50, 24)
        self.patches = nn.Conv2d(5, 24, 16, stride=16)
        self.places = nn.Parameter(torch.zeros(9, 24))

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        pixel_values: torch.Tensor | None = None,
        decoder_input_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:
        text = self.words(input_ids).mean(1)
        if pixel_values is None:
            raise ValueError("pixel_values have to be given")
        image = self.patches(pixel_values).flatten(2).transpose(1, 2) + self.places
        return text @ image.mean(1).T + self.words(decoder_input_ids).mean((1, 2))[:, None]


class Shrinking(nn.Module):
    """Changes itself when it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.window = 16
        self.cache: dict[str, Any] = {}
        self.mix = nn.Linear(16, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, _ = x.shape
        self.window = min(self.window, time)
        self.cache["last"] = x
        padded = nn.functional.pad(x, (0, 0, 0, -time % self.window))
        return self.mix(padded)[:batch, :time]


class Endless(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        while True:
            time.sleep(0.1)


def checked(model: nn.Module, **inputs: str) -> Report:
    return axiswise.check(model, Options(time_budget=60), **inputs)


def test_a_right_model_holds_for_all_sizes_and_stays_as_it_was() -> None:
    model = Encoder()
    values = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    patched = [nn.Module.__call__, nn.Module.__init__, torch.compile, torch.save, nn.Module.to, torch.is_tensor]
    report = checked(model)
    target = report.targets[0]
    assert (target.status, target.reason, report.findings) == ("checked", None, ())
    assert target.inputs == {"tokens": "Int[batch time]"}
    assert target.holds_for == ("batch >= 1", "time <= 64")
    now = [nn.Module.__call__, nn.Module.__init__, torch.compile, torch.save, nn.Module.to, torch.is_tensor]
    assert all(one is other for one, other in zip(now, patched, strict=True))
    assert model.training
    assert all(torch.equal(tensor, values[name]) for name, tensor in model.state_dict().items())
    assert model(torch.zeros(2, 5, dtype=torch.long)).shape == (2, 5, 100)


def test_a_fault_is_found_where_it_is_and_its_fixes_are_not_called_verified() -> None:
    finding = checked(Encoder(head=31)).findings[0]
    assert (finding.rule, finding.severity, finding.module) == ("linear-in-features", "error", "head")
    assert finding.span is not None
    assert finding.span.path.endswith("test_alive.py")
    assert all(fix.verdict == "unverified" for fix in finding.fixes)


@pytest.mark.parametrize("how", ["fake", "meta", "inference", "thread"])
def test_it_does_not_matter_where_a_model_lives_or_what_mode_the_caller_is_in(how: str) -> None:
    found: list[Report] = []
    if how == "fake":
        with FakeTensorMode():
            found.append(checked(Encoder()))
    elif how == "meta":
        with torch.device("meta"):
            found.append(checked(Encoder()))
    elif how == "inference":
        with torch.inference_mode():
            found.append(checked(Encoder()))
    else:
        thread = threading.Thread(target=lambda: found.append(checked(Encoder())))
        thread.start()
        thread.join()
    assert (found[0].targets[0].status, found[0].findings) == ("checked", ())
    assert found[0].targets[0].holds_for == ("batch >= 1", "time <= 64")


def test_inputs_may_be_told() -> None:
    target = checked(nn.Sequential(nn.Linear(8, 4)), input="Float[rows 8]").targets[0]
    assert (target.status, target.inputs, target.inferred) == ("checked", {"input": "Float[rows 8]"}, False)
    assert target.holds_for == ("rows >= 1",)
    wrong = checked(nn.Sequential(nn.Linear(8, 4)), y="Float[rows 8]").targets[0]
    assert wrong.status == "skipped"
    assert "`y`" in (wrong.reason or "")


def test_what_is_needed_of_optional_arguments_and_the_sizes_of_a_configuration_are_found_out() -> None:
    report = checked(Gate())
    target = report.targets[0]
    assert (target.status, report.findings) == ("checked", ()), target.reason
    assert target.inputs.keys() == {"input_ids", "pixel_values", "decoder_input_ids"}
    assert target.inputs["decoder_input_ids"] == "Int[batch target_time]"


def test_what_one_run_leaves_behind_is_not_there_in_the_next() -> None:
    model = Shrinking()
    target = checked(model).targets[0]
    assert (target.status, model.window, model.cache) == ("checked", 16, {})
    assert "batch >= 1" in target.holds_for
    assert any("time" in text for text in target.holds_for)


def test_a_model_that_never_ends_is_ended() -> None:
    began = time.monotonic()
    target = axiswise.check(Endless(), Options(time_budget=3)).targets[0]
    assert target.status in ("failed", "partial")
    assert "time budget" in (target.reason or "")
    assert time.monotonic() - began < 20


def test_a_librarys_file_is_the_models_own_source(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages" / "somelib"
    folder.mkdir(parents=True)
    path = folder / "blocks.py"
    path.write_text(
        "import torch\n\nclass Block(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.up = torch.nn.Linear(8, 16)\n        self.down = torch.nn.Linear(12, 8)\n\n"
        "    def forward(self, x):\n        return self.down(self.up(x))\n"
    )
    spec = importlib.util.spec_from_file_location("somelib_blocks", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["somelib_blocks"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    finding = checked(module.Block()).findings[0]
    assert finding.span is not None
    assert (Path(finding.span.path).name, finding.span.line) == ("blocks.py", 10)


@pytest.mark.parametrize("wrong", ["train.py", 3, nn.Linear])
def test_what_is_neither_paths_nor_a_module_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"torch\.nn\.Module"):
        axiswise.check(wrong)


class Kept(torch.autograd.Function):
    """Keeps what it returns for its gradient."""

    @staticmethod
    def forward(ctx: Any, scores: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        found = scores.masked_fill(~mask.bool(), torch.finfo(scores.dtype).min).softmax(-1)
        ctx.save_for_backward(found)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradients[0] * ctx.saved_tensors[0], None


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Linear(16, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores = self.scores(x) @ x.transpose(1, 2)
        return Kept.apply(scores, torch.ones(x.shape[1], x.shape[1], device=x.device)) @ x


class Waves(nn.Module):
    """Needs some length, and takes any longer one."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.Sequential(nn.Conv1d(1, 8, 10, 5), nn.Conv1d(8, 8, 8, 4), nn.Conv1d(8, 8, 4, 2))

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return self.steps(waveform[:, None]).mean(-1)


def test_a_custom_function_may_keep_what_it_returns() -> None:
    target = checked(Masked()).targets[0]
    assert (target.status, target.reason) == ("checked", None)
    assert [text.rpartition(" ")[0].partition(" ")[2] for text in target.holds_for] == [">=", ">="]


def test_a_window_that_has_no_room_asks_for_a_longer_input_and_not_for_one_length() -> None:
    target = checked(Waves()).targets[0]
    assert (target.status, target.inputs) == ("checked", {"waveform": "Float[batch samples]"})
    assert target.holds_for == ("batch >= 1", "samples >= 105")


class Placed(nn.Module):
    """Adds places to the patches of an image, made of two tables: one of the whole, one of a window that is tiled."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 24, 4, 4)
        self.whole, self.window = nn.Parameter(torch.zeros(1, 24, 5, 5)), nn.Parameter(torch.zeros(1, 24, 4, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        window = self.window.tile((4, 4))
        places = nn.functional.interpolate(self.whole, size=window.shape[-2:], mode="bicubic") + window
        return self.patches(x).flatten(2).transpose(1, 2) + places.flatten(2).transpose(1, 2)


def test_what_is_made_of_parameters_alone_says_how_large_an_image_is() -> None:
    report = checked(Placed())
    target = report.targets[0]
    assert (target.status, report.findings) == ("checked", ()), target.reason
    assert "batch >= 1" in target.holds_for
