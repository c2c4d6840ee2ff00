"""Modules that take tokens and sequences."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


class BagOfWords(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(500, 24)
        self.out = nn.Linear(24, 4)

    def forward(self, tokens):
        return self.out(self.embedding(tokens).mean(1))


class Tagger(nn.Module):
    def __init__(self, vocab=200, tags=9):
        super().__init__()
        self.embedding = nn.Embedding(vocab, 32)
        self.lstm = nn.LSTM(32, 20, bidirectional=True, batch_first=True)
        self.out = nn.Linear(40, tags)

    def forward(self, sentence):
        states, _ = self.lstm(self.embedding(sentence))
        return self.out(states)


class CausalAttention(nn.Module):
    def __init__(self, n_embd=64, n_head=4, block_size=128):
        super().__init__()
        self.n_head = n_head
        self.c_attn = nn.Linear(n_embd, 3 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd)
        self.register_buffer("bias", torch.tril(torch.ones(block_size, block_size)).view(1, 1, block_size, block_size))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q, k, v = (each.view(B, T, self.n_head, C // self.n_head).transpose(1, 2) for each in (q, k, v))
        att = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        return self.c_proj((att.softmax(-1) @ v).transpose(1, 2).reshape(B, T, C))


class LanguageModel(nn.Module):
    def __init__(self, vocab_size=300, n_embd=64, block_size=128):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.wpe = nn.Embedding(block_size, n_embd)
        self.attn = CausalAttention(n_embd, 4, block_size)
        self.norm = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx, targets=None):
        b, t = idx.size()
        x = self.wte(idx) + self.wpe(torch.arange(t, device=idx.device))
        logits = self.lm_head(self.norm(x + self.attn(x)))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))


class PositionalEncoding(nn.Module):
    def __init__(self, d_model=32, max_len=512):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        step = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        table = torch.zeros(1, max_len, d_model)
        table[0, :, 0::2] = torch.sin(position * step)
        table[0, :, 1::2] = torch.cos(position * step)
        self.register_buffer("pe", table)

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.source = nn.Embedding(90, 32)
        self.target = nn.Embedding(70, 32)
        self.core = nn.Transformer(32, 4, 1, 1, 64, batch_first=True)
        self.out = nn.Linear(32, 70)

    def forward(self, src, tgt):
        mask = nn.Transformer.generate_square_subsequent_mask(tgt.size(1))
        return self.out(self.core(self.source(src), self.target(tgt), tgt_mask=mask))


class CrossAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(32, 4, kdim=20, vdim=20, batch_first=True)
        self.norm = nn.LayerNorm(32)

    def forward(self, x, context):
        return self.norm(x + self.attend(x, context, context)[0])


class AdditiveAttention(nn.Module):
    """Bahdanau's: one state of the decoder against all of the encoder."""

    def __init__(self, size=24):
        super().__init__()
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.score = nn.Linear(size, 1)

    def forward(self, hidden, encoder_outputs):
        energy = torch.tanh(self.query(hidden).unsqueeze(1) + self.key(encoder_outputs))
        weights = self.score(energy).squeeze(-1).softmax(-1)
        return torch.bmm(weights.unsqueeze(1), encoder_outputs).squeeze(1)


class PairScorer(nn.Module):
    """Two sentences of one width, scored against each other."""

    def __init__(self):
        super().__init__()
        self.encode = nn.GRU(16, 12, batch_first=True)
        self.compare = nn.Bilinear(12, 12, 1)

    def forward(self, premise, hypothesis):
        _, left = self.encode(premise)
        _, right = self.encode(hypothesis)
        return self.compare(left[-1], right[-1]).squeeze(-1)


class MaskedPooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(30, 8)

    def forward(self, hidden_states, attention_mask):
        weights = attention_mask.unsqueeze(-1).float()
        pooled = (hidden_states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return self.proj(pooled)
