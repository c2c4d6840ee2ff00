"""Models with one fault each that raises nothing."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(16, 32)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 3)

    def forward(self, tokens):
        return self.head(self.encoder(self.embed(tokens)).mean(1))


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)
        self.gate = nn.Softmax(dim=0)

    def forward(self, x):
        return x * self.gate(self.lin(x))


class Standardised(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, x):
        h = self.lin(x)
        return (h - h.mean()) / h.std()


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.register_buffer("pe", torch.randn(100, 1, 16))
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 1)
        self.head = nn.Linear(16, 4)

    def forward(self, tokens):
        x = self.embed(tokens)
        x = x + self.pe[: x.size(0)]
        return self.head(self.enc(x).mean(1))


class Reshaped(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(16, 16)
        self.out = nn.Linear(16, 4)

    def forward(self, x):
        b, t, c = x.shape
        y = self.lin(x.transpose(0, 1)).reshape(b, t, c)
        return self.out(y).mean(1)


class Rolled(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, x):
        return self.lin(torch.roll(x, 1, 0))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 32)
        self.qkv = nn.Linear(32, 96)
        self.head = nn.Linear(32, 40)

    def forward(self, tokens):
        x = self.embed(tokens)
        q, k, v = self.qkv(x).chunk(3, -1)
        scores = q @ k.transpose(-2, -1) / 32**0.5
        att = torch.softmax(scores, dim=-1)
        return self.head(x + att @ v)


class TaughtGPT(GPT):
    def forward(self, idx, targets=None):
        logits = super().forward(idx)
        return logits, None if targets is None else nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


class EncoderLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
        self.head = nn.Linear(16, 40)

    def forward(self, tokens):
        x = self.embed(tokens)
        return self.head(self.encoder(x))


class LSTMLanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.rnn = nn.LSTM(16, 8, bidirectional=True, batch_first=True)
        self.head = nn.Linear(16, 40)

    def forward(self, tokens):
        return self.head(self.rnn(self.embed(tokens))[0])


class CausalConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(6, 8, 3, padding=1)

    def forward(self, x):
        return self.conv(x)


class TimeNormDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.rnn = nn.GRU(16, 16, batch_first=True)
        self.head = nn.Linear(16, 40)

    def forward(self, tokens):
        h = self.rnn(self.embed(tokens))[0]
        h = h - h.mean(1, keepdim=True)
        return self.head(h)


class LastStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.rnn = nn.GRU(16, 16, batch_first=True)
        self.head = nn.Linear(16, 2)

    def forward(self, tokens, lengths):
        return self.head(self.rnn(self.embed(tokens))[0][:, -1])


class MeanPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.head = nn.Linear(16, 2)

    def forward(self, input_ids, attention_mask):
        return self.head(self.embed(input_ids).mean(1))


class NoMask(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x, padding_mask):
        return self.attn(x, x, x)[0]


class Inverted(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.attn = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, input_ids, attention_mask):
        x = self.embed(input_ids)
        return self.attn(x, x, x, key_padding_mask=attention_mask.bool())[0]


class BiUnpacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 8, bidirectional=True, batch_first=True)

    def forward(self, x, lengths):
        return self.rnn(x)[0]


class Product(nn.Module):
    """A product that sums over the examples."""

    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, x):
        h = self.lin(x)
        return torch.mm(x, torch.mm(h.T, h).softmax(-1))


class Whole(nn.Module):
    """A spectrum over the batch axis too."""

    def forward(self, x):
        return torch.fft.fft2(x, dim=(0, 1)).abs()


class HeadsInBatch(nn.Module):
    """Heads lie in the batch while they attend, to padding too."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.qkv = nn.Linear(16, 48)

    def forward(self, input_ids, attention_mask):
        x = self.embed(input_ids)
        b, t, _ = x.shape
        q, k, v = (y.view(b, t, 4, 4).transpose(1, 2).reshape(b * 4, t, 4) for y in self.qkv(x).chunk(3, -1))
        weights = torch.bmm(q, k.transpose(1, 2)).softmax(-1)
        return torch.bmm(weights, v).view(b, 4, t, 4).transpose(1, 2).reshape(b, t, 16)


def cases() -> list[tuple[nn.Module, Any, str, str, bool]]:
    """Return models, each with a batch, the rule of its fault, a text of the line, and whether it is mended."""
    torch.manual_seed(0)
    tokens = torch.randint(1, 40, (4, 9))
    lengths = torch.tensor([9, 7, 5, 4])
    padding = torch.arange(9) >= lengths[:, None]
    masked = {"input_ids": tokens, "attention_mask": (~padding).long()}
    rows, steps = torch.randn(4, 8), torch.randn(4, 6, 16)
    return [
        (Classifier(), steps, "batch-mixing", "self.rnn = nn.GRU(16, 32)", True),
        (Encoder(), tokens, "batch-mixing", "nn.TransformerEncoderLayer(16, 2, 32)", True),
        (Gate(), rows, "batch-mixing", "nn.Softmax(dim=0)", True),
        (Standardised(), rows, "batch-mixing", "h.mean()", False),
        (Positions(), tokens, "batch-mixing", "self.pe[: x.size(0)]", False),
        (Reshaped(), steps, "batch-mixing", "mean(1)", False),
        (Rolled(), rows, "batch-mixing", "def forward", False),
        (Product(), rows, "batch-mixing", "torch.mm(h.T, h)", False),
        (Whole(), torch.randn(4, 6, 16), "batch-mixing", "torch.fft", False),
        (GPT(), tokens, "causal-leak", "torch.softmax(scores", True),
        (TaughtGPT(), (tokens, tokens.roll(-1, 1)), "causal-leak", "torch.softmax(scores", True),
        (EncoderLM(), tokens, "causal-leak", "self.encoder(x)", True),
        (LSTMLanguageModel(), tokens, "causal-leak", "self.rnn(", False),
        (CausalConv(), torch.randn(4, 6, 12), "causal-leak", "self.conv(x)", False),
        (TimeNormDecoder(), tokens, "causal-leak", "h.mean(1", False),
        (LastStep(), (tokens, lengths), "padding-leak", "[:, -1]", False),
        (MeanPool(), masked, "padding-leak", "mean(1)", False),
        (HeadsInBatch(), masked, "padding-leak", "torch.bmm(q, k", False),
        (NoMask(), (torch.randn(4, 9, 16), padding), "padding-leak", "self.attn(x, x, x", True),
        (Inverted(), masked, "padding-leak", "self.attn(x, x, x", True),
        (BiUnpacked(), (torch.randn(4, 9, 6), lengths), "padding-leak", "self.rnn(x)", False),
    ]
