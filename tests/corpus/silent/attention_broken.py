"""Weights, masks and orders of attention that are wrong: each marked line is one."""

import math

import torch
import torch.nn.functional as F
from torch import nn

batch, steps, width, heads = 3, 10, 48, 4
x = torch.randn(batch, steps, width)
query, key, value = (nn.Linear(width, width) for _ in range(3))
drop = nn.Dropout(0.1)


def cut(tensor):
    return tensor.view(batch, steps, heads, width // heads).transpose(1, 2)


q, k, v = cut(query(x)), cut(key(x)), cut(value(x))
scores = q @ k.transpose(-2, -1) / math.sqrt(width // heads)
over_queries = scores.softmax(dim=-2) @ v  # warning: softmax-axis
over_heads = F.softmax(scores, dim=1) @ v  # warning: softmax-axis
by_layer = nn.Softmax(dim=2)(scores) @ v  # warning: softmax-axis
summed = torch.einsum("bhqk,bhkd->bhqd", torch.softmax(scores, 2), v)  # warning: softmax-axis
batched = torch.bmm((query(x) @ key(x).mT).softmax(1), value(x))  # warning: softmax-axis
pooled = (nn.Linear(width, 1)(x.tanh()).softmax(-1) * x).sum(1)  # warning: softmax-axis

mix, mix_by_map = nn.Linear(heads, heads), nn.Conv2d(heads, heads, 1, bias=False)
by_mixed_heads = mix(scores.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).softmax(2)  # warning: softmax-axis
talking_by_layer = mix(by_mixed_heads.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) @ v
talking_by_map = mix_by_map(mix_by_map(scores).softmax(dim=-2)) @ v  # warning: softmax-axis


def lower(diagonal=0):
    return torch.tril(torch.ones(steps, steps), diagonal).bool()


layer = nn.MultiheadAttention(width, heads, batch_first=True)
hidden_past, _ = layer(x, x, x, attn_mask=lower())  # warning: mask-polarity
shown_future = F.scaled_dot_product_attention(q, k, v, attn_mask=lower().mT)  # warning: mask-polarity
by_hand = scores.masked_fill(lower(), float("-inf")).softmax(-1) @ v  # warning: mask-polarity
anti = (scores + torch.full((steps, steps), float("-inf")).tril(-1)).softmax(-1) @ v  # warning: mask-polarity
nothing_left = scores.masked_fill(~lower(-1), -1e9).softmax(-1) @ v  # warning: mask-polarity
ids = torch.randint(0, 50, (batch, steps))
words = nn.Embedding(50, width, padding_idx=0)(ids)
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, heads, batch_first=True), 2)
padding_shown = encoder(words, src_key_padding_mask=ids.ne(0))  # warning: mask-polarity
valid = torch.arange(steps)[None] < torch.tensor([3, 10, 7])[:, None]
lengths_hidden, _ = layer(words, words, words, key_padding_mask=valid)  # warning: mask-polarity
only_padding = F.scaled_dot_product_attention(q, k, v, attn_mask=(ids == 0)[:, None, None])  # warning: mask-polarity
shown = (ids == 0).unsqueeze(1).unsqueeze(2)
only_padding_by_hand = scores.masked_fill(shown == 0, float("-inf")).softmax(-1) @ v  # warning: mask-polarity

late = scores.softmax(-1).masked_fill(~lower(), float("-inf")) @ v  # warning: attention-order
dropped = F.softmax(drop(scores), dim=-1) @ v  # warning: attention-order
zeroed = scores.softmax(-1).masked_fill(~lower(), 0.0) @ v  # warning: attention-order


class Seen(nn.Module):
    """What it is given to hide of its memory gets lost on the way."""

    def __init__(self):
        super().__init__()
        self.whole = nn.Transformer(width, heads, 1, 1, 96, batch_first=True)
        self.encode = nn.TransformerEncoderLayer(width, heads, 96, batch_first=True)
        self.decode = nn.TransformerDecoderLayer(width, heads, 96, batch_first=True)

    def told(self, source, target, src_padding_mask):
        memory = F.dropout(self.encode(source, src_key_padding_mask=src_padding_mask), 0.1, self.training)
        return self.decode(target, memory)  # warning: memory-padding

    def untold(self, memory, target, enc_padding_mask=None):
        return self.decode(target, memory, lower().logical_not())  # warning: unread-mask

    def at_once(self, source, target, padding):
        return self.whole(source, target, src_key_padding_mask=padding)  # warning: memory-padding

    def forward(self, source, target, padding):
        first = self.told(source, target, padding) + self.at_once(source, target, padding)
        return first + self.untold(source, target, enc_padding_mask=padding)


seen = Seen()(x, torch.randn(batch, steps, width), ~valid)

powers = scores.exp()
by_powers = (powers / powers.sum(dim=-2, keepdim=True)) @ v  # warning: softmax-axis
safe = torch.exp(scores - scores.amax(1, keepdim=True)) * lower()
shares = safe / (safe.sum(1, keepdim=True) + 1e-9)  # warning: softmax-axis
over_heads_by_hand = torch.einsum("bhqk,bhkd->bhqd", shares, v)


class Talking(nn.Module):
    """Mixes its heads by parameters of its own."""

    def __init__(self):
        super().__init__()
        self.before, self.behind = nn.Parameter(torch.eye(heads)), nn.Parameter(torch.eye(heads))

    def forward(self, scores, values):
        mixed = torch.einsum("bhqk,hg->bgqk", scores, self.before).softmax(-2)  # warning: softmax-axis
        return torch.einsum("bhqk,hg->bgqk", mixed, self.behind) @ values


talking = Talking()(scores, v)
