"""Arguments that are no tensors, or the states of a recurrent layer: what fails says so, or what is done with them."""

from __future__ import annotations

from pathlib import Path

import pytest

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Report

PROGRAM = """
import torch, torch.nn as nn, torch.nn.functional as F
from torch import autograd

class LabelEmbedder(nn.Module):
    def __init__(self, num_classes, hidden_size, dropout_prob):
        super().__init__()
        use_cfg = dropout_prob > 0
        self.embedding_table = nn.Embedding(num_classes + use_cfg, hidden_size)
        self.num_classes = num_classes
        self.dropout_prob = dropout_prob

    def token_drop(self, labels, force_drop_ids=None):
        if force_drop_ids is None:
            drop_ids = torch.rand(labels.shape[0], device=labels.device) < self.dropout_prob
        else:
            drop_ids = force_drop_ids == 1
        return torch.where(drop_ids, self.num_classes, labels)

    def forward(self, labels, train, force_drop_ids=None):
        use_dropout = self.dropout_prob > 0
        if (train and use_dropout) or (force_drop_ids is not None):
            labels = self.token_drop(labels, force_drop_ids)
        return self.embedding_table(labels)

def cal_loss(pred, gold, trg_pad_idx, smoothing=False):
    gold = gold.contiguous().view(-1)
    return F.cross_entropy(pred, gold, ignore_index=trg_pad_idx, reduction='sum')

class SublayerConnection(nn.Module):
    def __init__(self, size, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))

def compute_gradient_penalty(D, real_samples, fake_samples):
    alpha = torch.rand(real_samples.size(0), 1, 1, 1)
    interpolates = (alpha * real_samples + ((1 - alpha) * fake_samples)).requires_grad_(True)
    d_interpolates = D(interpolates)
    fake = torch.ones(real_samples.shape[0], 1)
    gradients = autograd.grad(outputs=d_interpolates, inputs=interpolates, grad_outputs=fake,
        create_graph=True, retain_graph=True, only_inputs=True)[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()

class RNNLM(nn.Module):
    def __init__(self, vocab_size, embed_size, hidden_size, num_layers):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed_size)
        self.lstm = nn.LSTM(embed_size, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocab_size)

    def forward(self, x, h):
        x = self.embed(x)
        out, (h, c) = self.lstm(x, h)
        out = out.reshape(out.size(0) * out.size(1), out.size(2))
        return self.linear(out), (h, c)

class RNNModel(nn.Module):
    def __init__(self, rnn_type, ntoken, ninp, nhid, nlayers, dropout=0.5):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        if rnn_type in ['LSTM', 'GRU']:
            self.rnn = getattr(nn, rnn_type)(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        decoded = self.decoder(self.drop(output))
        return F.log_softmax(decoded.view(-1, decoded.size(-1)), dim=1), hidden

class DecoderStep(nn.Module):
    def __init__(self, out, emb, hid, layers):
        super().__init__()
        self.embedding = nn.Embedding(out, emb)
        self.rnn = nn.LSTM(emb, hid, layers)
        self.fc = nn.Linear(hid, out)

    def forward(self, input, hidden, cell):
        input = input.unsqueeze(0)
        output, (hidden, cell) = self.rnn(self.embedding(input), (hidden, cell))
        return self.fc(output.squeeze(0)), hidden, cell

class CellNet(nn.Module):
    def __init__(self, d_in, d_h):
        super().__init__()
        self.cell = nn.LSTMCell(d_in, d_h)
        self.out = nn.Linear(d_h, 4)

    def forward(self, x, state):
        h, c = self.cell(x, state)
        return self.out(h), (h, c)

def window_reverse(windows, window_size, H, W):
    B = int(windows.shape[0] / (H * W / window_size / window_size))
    x = windows.view(B, H // window_size, W // window_size, window_size, window_size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)

def spectrum(y, n_fft, hop, win):
    window = torch.hann_window(win)
    return torch.stft(y, n_fft, hop_length=hop, win_length=win, window=window, return_complex=True)


class Widened(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64)
        self.out = nn.Linear(96, 8)

    def forward(self, x, fn):
        x = self.norm(x)
        return self.out(torch.cat([x, fn(x)], dim=-1))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file: Path = tmp_path_factory.mktemp("plain") / "parts.py"
    file.write_text(PROGRAM)
    return axiswise.check([str(file)], Options(cache=False, time_budget=60))


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("LabelEmbedder", {"labels": "Int[batch]"}),
        ("cal_loss", {"pred": "Float[batch features]", "gold": "Int[batch]"}),
        ("SublayerConnection", {"x": "Float[batch time 64]"}),
        ("RNNLM", {"x": "Int[batch time]", "h[0]": "Float[2 batch 64]", "h[1]": "Float[2 batch 64]"}),
        ("CellNet", {"x": "Float[batch 32]", "state[0]": "Float[batch 64]", "state[1]": "Float[batch 64]"}),
    ],
)
def test_what_they_take_is_found(report: Report, name: str, inputs: dict[str, str]) -> None:
    (target,) = [each for each in report.targets if each.target.endswith(f"::{name}")]
    assert (target.status, target.inputs) == ("checked", inputs)


@pytest.mark.parametrize("name", ["compute_gradient_penalty", "RNNModel", "DecoderStep", "window_reverse", "spectrum"])
def test_they_run(report: Report, name: str) -> None:
    assert [each.status for each in report.targets if each.target.endswith(f"::{name}")] == ["checked"]


def test_what_a_made_up_function_returns_is_no_fault(report: Report) -> None:
    assert [each.status for each in report.targets if each.target.endswith("::Widened")] == ["partial"]
    assert not report.findings
