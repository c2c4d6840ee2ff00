"""Parts that only a model around them knows: built as it builds them, given what it gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Report

BLOCKS = """
import torch
import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self, attn_layers, norm_layer=None):
        super().__init__()
        self.attn_layers = nn.ModuleList(attn_layers)
        self.norm = norm_layer

    def forward(self, x, attn_mask=None):
        for layer in self.attn_layers:
            x = layer(x, attn_mask=attn_mask)
        return self.norm(x) if self.norm is not None else x


class EncoderLayer(nn.Module):
    def __init__(self, attention, d_model, d_ff):
        super().__init__()
        self.attention = attention
        self.conv1 = nn.Conv1d(d_model, d_ff, 1)
        self.conv2 = nn.Conv1d(d_ff, d_model, 1)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, attn_mask=None):
        x = x + self.attention(x, x, x, attn_mask)
        y = self.conv2(torch.relu(self.conv1(x.transpose(-1, 1)))).transpose(-1, 1)
        return self.norm(x + y)


class Attention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.q = nn.Linear(d_model, d_model)
        self.k = nn.Linear(d_model, d_model)
        self.v = nn.Linear(d_model, d_model)
        self.n_heads = n_heads

    def forward(self, q, k, v, attn_mask):
        B, L, _ = q.shape
        S = k.shape[1]
        H = self.n_heads
        q = self.q(q).view(B, L, H, -1)
        k = self.k(k).view(B, S, H, -1)
        v = self.v(v).view(B, S, H, -1)
        a = torch.einsum("blhe,bshe->bhls", q, k).softmax(-1)
        return torch.einsum("bhls,bshd->blhd", a, v).reshape(B, L, -1)


class Windowed(nn.Module):
    def __init__(self, table, heads):
        super().__init__()
        self.register_buffer("table", table)
        self.mix = nn.Linear(table.shape[-1], heads)

    def forward(self, windows, pair):
        keys, mask = pair
        return self.mix(windows + keys + self.table).masked_fill(mask, 0.0)
"""

MODEL = """
import torch.nn as nn
from layers.blocks import Attention, Encoder, EncoderLayer


class Model(nn.Module):
    def __init__(self, configs):
        super().__init__()
        self.pred_len = configs.pred_len
        self.embed = nn.Linear(configs.enc_in, configs.d_model)
        self.encoder = Encoder(
            [EncoderLayer(Attention(configs.d_model, configs.n_heads), configs.d_model, configs.d_ff)
             for _ in range(configs.e_layers)],
            norm_layer=nn.LayerNorm(configs.d_model),
        )
        self.predict = nn.Linear(configs.seq_len, configs.pred_len)
        self.out = nn.Linear(configs.d_model, configs.c_out)

    def forward(self, x_enc):
        h = self.encoder(self.embed(x_enc))
        return self.out(self.predict(h.transpose(1, 2)).transpose(1, 2))
"""

OUTER = """
import torch
import torch.nn as nn
from layers.blocks import Windowed


class Stage(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.part = Windowed(torch.zeros(49, dim), heads=2)

    def forward(self, x):
        windows = x.unflatten(1, (-1, 49)).flatten(0, 1)
        mask = torch.zeros(windows.shape[0], 49, 2, dtype=torch.bool)
        return self.part(windows, (windows, mask))


class Net(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.stages = nn.ModuleList([Stage(dim)])

    def forward(self, images: torch.Tensor):
        x = images.reshape(images.shape[0], 12, 196).transpose(1, 2)
        for stage in self.stages:
            x = stage(x)
        return x
"""


def project(folder: Path, blocks: str = BLOCKS) -> Path:
    for name in ("layers", "models", ".git"):
        (folder / name).mkdir()
    (folder / "layers" / "blocks.py").write_text(blocks)
    (folder / "models" / "forecast.py").write_text(MODEL)
    (folder / "models" / "outer.py").write_text(OUTER)
    return folder / "layers" / "blocks.py"


def checked(file: Path) -> Report:
    return axiswise.check([str(file)], Options(cache=False, time_budget=60))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return checked(project(tmp_path_factory.mktemp("whole")))


def test_a_list_of_layers_is_the_models(report: Report) -> None:
    (encoder,) = [each for each in report.targets if each.target.endswith("::Encoder")]
    assert encoder.status == "checked"
    assert encoder.inputs == {"x": "Float[batch time 64]"}
    assert encoder.holds_for == ("batch >= 1", "time >= 1")
    assert "`Encoder` taken as `Model` has it" in encoder.assumptions


def test_a_part_of_a_part_is_found_in_the_outermost(report: Report) -> None:
    (windowed,) = [each for each in report.targets if each.target.endswith("::Windowed")]
    assert windowed.status == "checked"
    assert windowed.inputs["windows"].endswith(" 49 12]")
    assert windowed.assumptions[0] == "`Windowed` taken as `Net` has it"
    assert not report.findings


def test_what_fails_in_it_is_mended_in_it(tmp_path: Path) -> None:
    report = checked(project(tmp_path, BLOCKS.replace("nn.LayerNorm(d_model)", "nn.LayerNorm(d_model + 1)")))
    (encoder,) = [each for each in report.targets if each.target.endswith("::Encoder")]
    assert encoder.assumptions[0] == "`Encoder` taken as `Model` has it"
    assert {each.rule for each in report.findings} == {"norm-features"}
    assert all(each.fixes and each.fixes[0].verdict == "verified" for each in report.findings)
