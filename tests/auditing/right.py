"""Right models that look like wrong ones: examples meet rightfully in them, or only seem to."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

Case = tuple[str, nn.Module, Any, dict[str, Any]]


class Norms(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = kind
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        x = F.relu(self.norm(self.conv(x)))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class BiTagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.rnn = nn.LSTM(16, 16, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(32, 4)

    def forward(self, tokens):
        return self.head(self.drop(self.rnn(self.embed(tokens))[0]))


class TimeFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(16, 32)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.head(out)


class TimeFirstLast(TimeFirst):
    def forward(self, x):
        return self.head(self.rnn(x)[0][-1])


class Contrast(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(6, 8)

    def forward(self, image, text):
        a, b = F.normalize(self.a(image), dim=-1), F.normalize(self.b(text), dim=-1)
        return {"image": a, "text": b, "similarity": a @ b.T, "loss": (a @ b.T).logsumexp(0).mean()}


class WithClass(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, 4)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.pos = nn.Parameter(torch.randn(1, 17, 16))
        self.layer = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
        self.head = nn.Linear(16, 7)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos
        return self.head(self.layer(x)[:, 0])


class CausalConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(6, 8, 3)

    def forward(self, x):
        return self.conv(F.pad(x, (2, 0)))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 32)
        self.pos = nn.Embedding(64, 32)
        self.qkv = nn.Linear(32, 96)
        self.norm = nn.LayerNorm(32)
        self.head = nn.Linear(32, 50)

    def forward(self, tokens):
        b, t = tokens.shape
        x = self.embed(tokens) + self.pos(torch.arange(t))
        q, k, v = (y.view(b, t, 4, 8).transpose(1, 2) for y in self.qkv(self.norm(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, 32)
        return self.head(x + y)


class TaughtGPT(GPT):
    def forward(self, idx, targets=None):
        logits = super().forward(idx)
        return logits, None if targets is None else nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


class Seq2SeqDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 16)
        self.rnn = nn.GRU(16, 16, batch_first=True)
        self.head = nn.Linear(16, 30)

    def forward(self, tokens, hidden):
        out, hidden = self.rnn(self.embed(tokens), hidden)
        return self.head(out), hidden


class Mixup(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        if self.training:
            x = 0.7 * x + 0.3 * x[torch.randperm(len(x))]
        return self.net(x)


class MoE(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(8, 2)
        self.experts = nn.ModuleList([nn.Linear(8, 8) for _ in range(2)])

    def forward(self, x):
        b, t, c = x.shape
        flat = x.reshape(b * t, c)
        chosen = F.one_hot(self.gate(flat).argmax(-1), 2)
        place = chosen.cumsum(0) * chosen
        keep = (place <= 4) & (place > 0)
        out = torch.zeros_like(flat)
        for i, expert in enumerate(self.experts):
            out = torch.where(keep[:, i : i + 1], expert(flat), out)
        return out.view(b, t, c)


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16, padding_idx=0)
        self.rnn = nn.LSTM(16, 8, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 2)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.rnn(packed)
        return self.head(torch.cat([h[0], h[1]], -1))


class MaskedMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.head = nn.Linear(16, 2)

    def forward(self, input_ids, attention_mask):
        m = attention_mask.unsqueeze(-1).float()
        return self.head((self.embed(input_ids) * m).sum(1) / m.sum(1))


class KeyPadding(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x, padding_mask):
        return self.attn(x, x, x, key_padding_mask=padding_mask)[0]


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(6, 6) for _ in range(3))

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return torch.softmax(q @ k.T / 6**0.5, -1) @ v


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(5, 4)

    def forward(self, x, edge_index):
        out = torch.zeros(len(x), 4)
        out.index_add_(0, edge_index[1], self.lin(x)[edge_index[0]])
        return out


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = nn.Linear(8, 6), nn.Linear(3, 8)

    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, -1)
        return self.dec(mu + torch.randn_like(mu) * (0.5 * logvar).exp()), mu, logvar


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRUCell(8, 8)
        self.h = None

    def forward(self, x):
        self.h = self.rnn(x, self.h)
        return self.h


class MiniBatchStdDev(nn.Module):
    def forward(self, x):
        s = x.std(0, unbiased=False).mean().view(1, 1, 1, 1).expand(x.shape[0], 1, *x.shape[2:])
        return torch.cat([x, s], 1)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3), MiniBatchStdDev(), nn.Flatten(), nn.Linear(5 * 36, 1))

    def forward(self, x):
        return self.net(x)


class PositionalFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.register_buffer("pe", torch.randn(100, 1, 16))
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 1, enable_nested_tensor=False)
        self.head = nn.Linear(16, 40)

    def forward(self, src):
        x = self.embed(src) + self.pe[: src.size(0)]
        return self.head(self.enc(x))


class Translation(nn.Module):
    """Time first, with a causal decoder beside an encoder that is not."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.both = nn.Transformer(16, 2, 1, 1, 32, batch_first=False)
        self.head = nn.Linear(16, 40)

    def forward(self, src, tgt):
        mask = nn.Transformer.generate_square_subsequent_mask(tgt.size(0))
        return self.head(self.both(self.embed(src), self.embed(tgt), tgt_mask=mask))


class WordModel(nn.Module):
    """A language model of tokens time first, with a state of two parts, whose output has time and batch in one axis."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.rnn = nn.LSTM(16, 16, 2)
        self.head = nn.Linear(16, 40)

    def forward(self, tokens, hidden):
        out, hidden = self.rnn(self.embed(tokens), hidden)
        return self.head(out).view(-1, 40).log_softmax(1), hidden


class Mask(nn.Module):
    """Attention with a mask whose name does not say what True means."""

    def __init__(self, ignored):
        super().__init__()
        self.ignored = ignored
        self.query = nn.Linear(8, 8)

    def forward(self, x, mask):
        scores = self.query(x) @ x.transpose(1, 2)
        return scores.masked_fill((mask == self.ignored)[:, None, :], -1e9).softmax(-1) @ x


class Windows(nn.Module):
    """Attention in windows of an image, which are merged into the batch meanwhile."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(6, 6)

    def forward(self, x):
        b, c, h, w = x.shape
        y = x.view(b, c, 2, h // 2, 2, w // 2).permute(0, 2, 4, 3, 5, 1).reshape(b * 4, -1, c)
        y = (self.query(y) @ y.transpose(1, 2)).softmax(-1) @ y
        return y.view(b, 2, 2, h // 2, w // 2, c).permute(0, 5, 1, 3, 2, 4).reshape(b, c, h, w)


class NotCausalLM(nn.Module):
    """Named as a language model, and configured to be none that generates."""

    def __init__(self):
        super().__init__()
        self.is_causal = False
        self.embed = nn.Embedding(40, 16)

    def forward(self, tokens):
        x = self.embed(tokens)
        return x + x.mean(1, keepdim=True)


class Neighbours(nn.Module):
    """Each word beside the next: behind the last one there are zeros, whether it is padded or not."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16, padding_idx=0)
        self.lin = nn.Linear(32, 8)

    def forward(self, input_ids, attention_mask):
        x = self.embed(input_ids)
        return self.lin(torch.cat([x, F.pad(x[:, 1:], (0, 0, 0, 1))], -1))


class Shifted(nn.Module):
    """A decoder of what its encoder reads, one step later: a padded place of the one is the last word of the other."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16, padding_idx=0)
        self.reader, self.writer = nn.MultiheadAttention(16, 2, batch_first=True), nn.GRU(16, 16, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, input_ids, attention_mask):
        x = self.embed(input_ids)
        shifted = F.pad(input_ids[:, :-1], (1, 0), value=39)
        h, _ = self.writer(self.embed(shifted))
        last = (shifted != 0).int().cumsum(1).argmax(1)
        mixed, _ = self.reader(h, x, x, key_padding_mask=attention_mask == 0)
        return self.head(mixed[torch.arange(len(x)), last])


class Setting(nn.Module):
    def __init__(self):
        super().__init__()
        self.is_decoder = False
        self.lin = nn.Linear(16, 16)

    def forward(self, x):
        return torch.softmax(self.lin(x) @ x.transpose(1, 2), -1) @ x


class EncoderForCausalLM(nn.Module):
    """Named as a decoder, and built as an encoder: its attention says that it is none."""

    def __init__(self):
        super().__init__()
        self.embed, self.attention = nn.Embedding(40, 16), Setting()

    def forward(self, input_ids):
        return self.attention(self.embed(input_ids))


class Spectrum(nn.Module):
    """Complex numbers, of each example by itself."""

    def forward(self, x):
        return torch.fft.rfft2(x)


def cases() -> list[Case]:
    """Return right models by name, each with a batch and with further arguments of an audit."""
    torch.manual_seed(0)
    images, tokens = torch.randn(4, 3, 8, 8), torch.randint(1, 40, (4, 9))
    padding = torch.arange(9) >= torch.tensor([9, 6, 6, 6])[:, None]
    lengths = torch.tensor([9, 7, 5, 4])
    listed: list[tuple[str, nn.Module, Any]] = [
        ("batch norm in training", Norms(nn.BatchNorm2d(8)).train(), images),
        ("batch norm in evaluation", Norms(nn.BatchNorm2d(8)).eval(), images),
        ("batch norm without running statistics", Norms(nn.BatchNorm2d(8, track_running_stats=False)), images),
        ("group norm", Norms(nn.GroupNorm(2, 8)), images),
        ("instance norm", Norms(nn.InstanceNorm2d(8)), images),
        ("both directions and dropout", BiTagger(), tokens),
        ("time first", TimeFirst(), torch.randn(7, 4, 16)),
        ("time first, last step", TimeFirstLast(), torch.randn(7, 4, 16)),
        ("positions, time first", PositionalFirst(), torch.randint(0, 40, (9, 4))),
        ("contrast", Contrast(), {"image": torch.randn(4, 8), "text": torch.randn(4, 6)}),
        ("a class token", WithClass(), torch.randn(2, 3, 16, 16)),
        ("a causal convolution", CausalConv(), torch.randn(2, 6, 12)),
        ("causal attention", GPT(), tokens),
        ("a decoder with a state", Seq2SeqDecoder(), (torch.randint(0, 30, (3, 6)), torch.randn(1, 3, 16))),
        ("mixup in training", Mixup().train(), torch.randn(8, 8)),
        ("experts with a capacity", MoE(), torch.randn(4, 6, 8)),
        ("packed sequences", Packed(), (tokens, lengths)),
        ("packed sequences, all of them long", Packed(), (tokens, torch.full((4,), 9))),
        ("a masked mean", MaskedMean(), {"input_ids": tokens, "attention_mask": (~padding).long()}),
        ("a padding mask", KeyPadding(), (torch.randn(4, 9, 16), padding)),
        ("attention within one sequence", SelfAttention(), torch.randn(5, 6)),
        ("sampling", VAE(), torch.randn(4, 8)),
        ("a state that is kept", Stateful(), torch.randn(4, 8)),
        ("deviation of the batch", Critic(), images),
        ("translation, time first", Translation(), (torch.randint(1, 40, (9, 4)), torch.randint(1, 40, (7, 4)))),
        (
            "words, time first",
            WordModel(),
            (torch.randint(0, 40, (9, 4)), (torch.zeros(2, 4, 16), torch.zeros(2, 4, 16))),
        ),
        ("a mask, True ignored", Mask(True), (torch.randn(4, 9, 8), padding)),
        ("a mask, False ignored", Mask(False), (torch.randn(4, 9, 8), ~padding)),
        ("windows of an image", Windows(), torch.randn(4, 6, 8, 8)),
        ("a model that is said not to be causal", NotCausalLM(), tokens),
        ("a model whose attention is said not to be causal", EncoderForCausalLM(), tokens),
        (
            "padding that is zeros, as beyond the end",
            Neighbours(),
            {"input_ids": tokens * ~padding, "attention_mask": (~padding).long()},
        ),
        ("words shifted by one", Shifted(), {"input_ids": tokens * ~padding, "attention_mask": (~padding).long()}),
        ("a spectrum", Spectrum(), torch.randn(4, 6, 8)),
        ("lines of numbers", nn.Sequential(nn.Unflatten(0, (-1, 1)), nn.Linear(1, 3)), torch.randn(5)),
        ("causal attention that is taught", TaughtGPT(), (tokens, tokens.roll(-1, 1))),
    ]
    return [(name, model, batch, {}) for name, model, batch in listed]
