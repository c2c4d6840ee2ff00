"""`axiswise.audit`: what is found, what stays silent, what is said where nothing can be told, what it leaves alone."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import axiswise
from axiswise.config import Options
from tests.auditing import broken, right

BROKEN = [pytest.param(*case, id=type(case[0]).__name__) for case in broken.cases()]
RIGHT = [pytest.param(*case[1:], id=case[0]) for case in right.cases()]


@pytest.mark.parametrize(("model", "batch", "rule", "line", "mended"), BROKEN)
def test_a_fault_is_found_where_it_is(model: nn.Module, batch: Any, rule: str, line: str, mended: bool) -> None:
    report = axiswise.audit(model, batch)
    (found,) = report.findings
    assert (found.rule, found.severity, found.silent) == (rule, "warning", True)
    assert found.span is not None
    assert line in Path(found.span.path).read_text("utf-8").splitlines()[found.span.line - 1]
    assert "seed 0" in " ".join(note.message for note in found.notes)
    assert any(fix.verdict == "verified-for-example" for fix in found.fixes) == mended
    assert report.targets[0].status == "checked"


@pytest.mark.parametrize(("model", "batch", "options"), RIGHT)
def test_a_right_model_is_left_in_peace(model: nn.Module, batch: Any, options: dict[str, Any]) -> None:
    report = axiswise.audit(model, batch, **options)
    assert report.findings == ()
    assert report.targets[0].status == "checked", report.targets


def test_what_meets_rightfully_is_named() -> None:
    models = {name: (model, batch) for name, model, batch, _ in right.cases()}

    def named(name: str) -> str:
        return " ".join(axiswise.audit(*models[name]).targets[0].assumptions)

    assert "in training, and only there, examples meet in `norm` (BatchNorm2d)" in named("batch norm in training")
    assert "keeps no running statistics" in named("batch norm without running statistics")
    assert "`output['similarity']` compares the examples with each other" in named("contrast")
    assert "whole numbers of the whole batch" in named("experts with a capacity")
    assert "random in evaluation too" in named("sampling")
    assert "`batch_axis=0` judges axis 0" in named("time first")


@pytest.mark.parametrize("seed", range(4, 8))
def test_routing_is_no_mixing_where_only_the_choice_shows_it(seed: int) -> None:
    torch.manual_seed(seed)
    report = axiswise.audit(right.MoE(), torch.randn(4, 6, 8))
    assert report.findings == ()
    assert "whole numbers of the whole batch" in " ".join(report.targets[0].assumptions)


def test_a_caller_says_which_axis_is_the_batch_and_what_is_causal() -> None:
    model, batch = right.TimeFirst(), torch.randn(7, 4, 16)
    assert [each.rule for each in axiswise.audit(model, batch, batch_axis=0).findings] == ["batch-mixing"]
    assert axiswise.audit(model, batch, batch_axis=1, causal=True).findings == ()
    tokens = torch.randint(1, 40, (4, 9))
    assert [each.rule for each in axiswise.audit(right.BiTagger(), tokens, causal=True).findings] == ["causal-leak"]
    assert axiswise.audit(broken.EncoderLM(), tokens, causal=False).findings == ()


# -- bad input ---------------------------------------------------------------------------------------------------------
class Ids(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.argmax(-1)


class Nothing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * float("nan")


class Text(nn.Module):
    def forward(self, x: torch.Tensor) -> str:
        return f"{tuple(x.shape)}"


class Frozen(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(4, 2, 4).sum(1)


class Clock(nn.Module):
    """Random with any seed."""

    def __init__(self) -> None:
        super().__init__()
        self.source = random.SystemRandom()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.source.random()


class Loss(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.square().mean()


class Edges(nn.Module):
    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])


class Jagged(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nested.nested_tensor([x[0], x[1, :2]])


class Centred(nn.Module):
    """A signal, or a batch of numbers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean()


class Spread(nn.Module):
    """Probabilities, and what was drawn from them."""

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        chances = x.softmax(-1)
        return {"chances": nn.functional.dropout(chances), "drawn": torch.multinomial(chances, 1)}


@pytest.mark.parametrize(
    ("model", "batch", "status", "words"),
    [
        (Ids(), torch.randn(4, 8), "skipped", "its outputs are whole numbers"),
        (Nothing(), torch.randn(4, 8), "skipped", "its outputs are not numbers (NaN)"),
        (Text(), torch.randn(4, 8), "skipped", "its outputs hold no tensor"),
        (Clock(), torch.randn(4, 8), "skipped", "it is random"),
        (Frozen(), torch.randn(4, 8), "skipped", "it runs with no other number of examples along axis 0"),
        (Loss(), torch.randn(4, 8), "partial", "no output has a batch axis"),
        (Edges(), (torch.randn(5, 3), torch.randint(0, 5, (2, 9))), "skipped", "its input is a graph"),
        (nn.Linear(8, 3), torch.randn(4, 9), "skipped", "it raises on this batch"),
        (nn.Linear(8, 3), (torch.randn(4, 8), 1, 2), "checked", "takes the first 1 of the batch's 3 parts"),
        (nn.Linear(8, 3), {"y": torch.randn(4, 9)}, "skipped", "it raises on this batch"),
        (nn.Linear(8, 3), torch.tensor(3.0), "skipped", "no tensor among the inputs has a batch axis"),
        (nn.Linear(8, 3, device="meta"), torch.randn(4, 8), "checked", "no values: it was run with random ones"),
        (nn.Linear(8, 3), torch.randn(0, 8), "skipped", "the batch is empty"),
        (Jagged(), torch.randn(4, 8), "skipped", "its outputs hold no tensor"),
        (Centred(), torch.randn(9), "checked", "may be one example, without a batch axis"),
        (Spread(), torch.randn(4, 8), "checked", "random in evaluation too"),
        (torch.jit.script(nn.Linear(8, 3)), torch.randn(4, 8), "checked", "3 examples"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_what_cannot_be_told_is_said(model: nn.Module, batch: Any, status: str, words: str) -> None:
    report = axiswise.audit(model, batch)
    (target,) = report.targets
    assert report.findings == ()
    assert target.status == status
    assert words in f"{target.reason} {target.assumptions}"


def test_only_a_module_is_audited() -> None:
    with pytest.raises(TypeError, match=r"takes a torch\.nn\.Module"):
        axiswise.audit(lambda x: x, torch.randn(2, 3))


# -- what goes in and out, and what stays ------------------------------------------------------------------------------
@dataclass
class Answer:
    scores: torch.Tensor
    inner: dict[str, list[torch.Tensor]]


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, batch: dict[str, Any]) -> Answer:
        x = self.lin(batch["parts"][0])
        return Answer(x, {"all": [x, x - x.mean(0)]})


def test_inputs_and_outputs_may_be_nested() -> None:
    (found,) = axiswise.audit(Nested(), {"parts": [torch.randn(4, 8)], "name": "a"}).findings
    assert "changing `batch['parts'][0][0]` moves `output.inner['all'][1][" in found.message


class Loaded(nn.Module):
    """Takes what a loader yields as one argument."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 8), nn.Softmax(0))

    @property
    def trainer(self) -> None:
        raise RuntimeError("not attached to a trainer")

    def forward(self, batch: list[torch.Tensor]) -> torch.Tensor:
        rows, _targets = batch
        return self.net(rows)


def test_a_batch_may_be_one_argument() -> None:
    (found,) = axiswise.audit(Loaded(), [torch.randn(4, 8), torch.randint(0, 3, (4,))]).findings
    assert "changing `batch[0][0]` moves" in found.message


class Layered(nn.Module):
    """Layers that keep what they saw in a store which the model makes."""

    def __init__(self, words: int, *, broken: bool) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, 8)
        self.layers = nn.ModuleList([Layer(8, broken=broken) for _ in range(3)])

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        hidden_states, store = self.embed(tokens), Store()
        for layer in self.layers:
            hidden_states = layer(hidden_states, store)
        return hidden_states


class Store:
    def __init__(self) -> None:
        self.seen: list[torch.Tensor] = []


class Layer(nn.Module):
    def __init__(self, width: int, *, broken: bool) -> None:
        super().__init__()
        self.lin, self.dim = nn.Linear(width, width), 0 if broken else -1

    def forward(self, hidden_states: torch.Tensor, store: Store | None = None) -> torch.Tensor:
        if store is not None:
            store.seen.append(hidden_states)
            hidden_states = torch.stack(store.seen).sum(0)
        return hidden_states * self.lin(hidden_states).softmax(self.dim)


@pytest.mark.parametrize("broken", [True, False])
def test_a_model_too_large_to_build_is_audited_module_by_module(broken: bool) -> None:
    with torch.device("meta"):
        model = Layered(1 << 30, broken=broken)
    report = axiswise.audit(model, torch.randint(0, 40, (4, 9)))
    assert [each.rule for each in report.findings] == ["batch-mixing"] * broken
    assert report.targets[0].status == "partial"
    words = "its parameters have no values: audited module by module with random values, `layers.0`"
    assert report.targets[0].reason == words


def test_everything_stays_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.GRU(8, 4)).train()
    batch = torch.randn(6, 8, requires_grad=True)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    states = torch.get_rng_state(), random.getstate()
    threads = torch.get_num_threads()
    axiswise.audit(model, batch)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1] == random.getstate()
    assert threads == torch.get_num_threads()
    assert model.training
    assert all(each.training for each in model.modules())
    assert all(each.grad is None and each.requires_grad for each in model.parameters())
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in model.modules())


def test_the_same_seed_repeats_a_finding() -> None:
    model, batch = broken.Gate(), torch.randn(4, 8)
    first, second = (axiswise.audit(model, batch, seed=3).findings[0].message for _ in range(2))
    assert first == second
    assert first != axiswise.audit(model, batch, seed=4).findings[0].message


def test_a_long_sequence_is_cut() -> None:
    (target,) = axiswise.audit(right.GPT(), torch.randint(0, 40, (2, 60))).targets
    assert "axis 1 was cut from 60 to 12" in target.assumptions


class Slow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gates = nn.ModuleList([broken.Gate(), broken.Gate()])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        time.sleep(1.5)
        return self.gates[1](self.gates[0](x))


def test_what_takes_too_long_is_audited_module_by_module() -> None:
    report = axiswise.audit(Slow(), torch.randn(4, 6, 8), options=Options(time_budget=15))
    (target,) = report.targets
    assert target.status == "partial"
    assert "audited module by module, `gates.0`" in (target.reason or "")
    (found,) = report.findings
    assert found.message.startswith("`self.gate` mixes the examples of a batch")


# -- run --audit -------------------------------------------------------------------------------------------------------
TRAINING = """
import sys
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 8{setting})
        self.head = nn.Linear(8, 3)

    def forward(self, x, *, scale=1.0):
        return self.head(self.rnn(x)[0][:, -1]) * scale


model, loss = Tagger(), nn.CrossEntropyLoss()
for _ in range(2):
    loss(model(torch.randn(5, 6, 8), scale=2.0), torch.randint(0, 3, (5,))).backward()
print("trained")
{end}
"""


def ran(folder: Path, setting: str, end: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(TRAINING.format(setting=setting, end=end), "utf-8")
    command = [sys.executable, "-m", "axiswise", "run", "--audit", "train.py"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_a_script_is_audited_at_its_end(tmp_path: Path) -> None:
    done = ran(tmp_path, "", "")
    assert (done.returncode, done.stdout) == (0, "trained\n")
    assert "warning[batch-mixing]: `self.rnn` reads axis 0 as time" in done.stderr
    assert "+ self.rnn = nn.LSTM(8, 8, batch_first=True)" in done.stderr


def test_a_script_keeps_its_exit_status(tmp_path: Path) -> None:
    done = ran(tmp_path, ", batch_first=True", "sys.exit(3)")
    assert (done.returncode, done.stdout) == (3, "trained\n")
    assert "nothing found in Tagger" in done.stderr


def test_a_script_that_raises_is_audited_beneath_its_traceback(tmp_path: Path) -> None:
    done = ran(tmp_path, "", "raise KeyError('no such thing')")
    assert done.returncode == 1
    traceback, _, below = done.stderr.partition("KeyError: 'no such thing'")
    assert traceback.count("File ") == 1
    assert "warning[batch-mixing]" in below


LOADED = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Centred(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(9, 14), nn.Linear(14, 2)

    def forward(self, x):
        h = self.first(x)
        return self.last((h - h.mean(0)).relu())


model, data = Centred(), TensorDataset(torch.randn(20, 9), torch.randint(0, 2, (20,)))
for x, y in {batches}:
    nn.functional.cross_entropy(model(x), y).backward()
"""


@pytest.mark.parametrize(
    ("batches", "said"),
    [("DataLoader(data, batch_size=5)", "warning[batch-mixing]"), ("[data.tensors]", "nothing found in Centred")],
)
def test_rows_that_a_loader_put_together_are_examples(tmp_path: Path, batches: str, said: str) -> None:
    (tmp_path / "train.py").write_text(LOADED.format(batches=batches), "utf-8")
    command = [sys.executable, "-m", "axiswise", "run", "--audit", "train.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert said in done.stderr
