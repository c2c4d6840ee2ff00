"""Attention in many layouts, with masks of each convention, and softmaxes that are no attention."""

import math

import torch
import torch.nn.functional as F
from torch import nn

batch, steps, width, heads = 3, 10, 48, 4
x = torch.randn(batch, steps, width)
memory = torch.randn(batch, 7, width)
query, key, value = (nn.Linear(width, width) for _ in range(3))
drop = nn.Dropout(0.1)


def cut(tensor):
    return tensor.view(batch, tensor.size(1), heads, width // heads).transpose(1, 2)


q, k, v = cut(query(x)), cut(key(x)), cut(value(x))
scores = q @ k.transpose(-2, -1) / math.sqrt(width // heads)
plain = drop(scores.softmax(-1)) @ v
across = (q @ cut(key(memory)).mT).softmax(-1) @ cut(value(memory))
columns = v.mT @ (k @ q.mT).softmax(-2)  # keys in the rows
named = torch.einsum("bhqk,bhkd->bhqd", torch.softmax(scores, -1), v)
pooled = (nn.Linear(width, 1)(x.tanh()).softmax(1) * x).sum(1)
linear = q.softmax(-1) @ (k.softmax(-2).mT @ v)  # linear attention
members = nn.Linear(width, 5)(x).softmax(-1)  # clusters: sums over the points
clusters = members.mT @ x
slots = torch.randn(batch, 5, width)
share = (query(slots) @ key(x).mT).softmax(1)  # slots compete for each input, and take means
updates = (share / share.sum(-1, keepdim=True)) @ value(x)
experts = torch.stack([nn.Linear(width, 8)(x) for _ in range(3)], -1)
mixture = (nn.Linear(width, 3)(x).softmax(-1).unsqueeze(2) * experts).sum(-1)
talking = torch.einsum("bhqk,hg->bgqk", scores.softmax(-1), nn.Parameter(torch.randn(heads, heads))) @ v

future = torch.triu(torch.ones(steps, steps), diagonal=1).bool()
layer = nn.MultiheadAttention(width, heads, batch_first=True)
causal, _ = layer(x, x, x, attn_mask=future)
causal_sdpa = F.scaled_dot_product_attention(q, k, v, attn_mask=~future)
causal_hand = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
causal_zero = scores.masked_fill(torch.tril(torch.ones(steps, steps)) == 0, -1e9).softmax(-1) @ v
causal_added = (scores + nn.Transformer.generate_square_subsequent_mask(steps)).softmax(-1) @ v
window = future | torch.ones(steps, steps).tril(-3).bool()  # the last three only
banded = scores.masked_fill(window, float("-inf")).softmax(-1) @ v
ids = torch.randint(0, 50, (batch, steps))
words = nn.Embedding(50, width, padding_idx=0)(ids)
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, heads, batch_first=True), 2)
padded = encoder(words, src_key_padding_mask=ids.eq(0))
valid = torch.arange(steps)[None] < torch.tensor([3, 10, 7])[:, None]
by_lengths, _ = layer(words, words, words, key_padding_mask=~valid)
shown = F.scaled_dot_product_attention(q, k, v, attn_mask=(ids != 0)[:, None, None])
twice = scores.masked_fill(future, -1e9).softmax(-1).masked_fill(future, 0.0) @ v
made_up = scores.softmax(-1).masked_fill(future, 0.0)
made_up = (made_up / made_up.sum(-1, keepdim=True)) @ v
silenced = scores.softmax(-1).masked_fill(~valid[:, None, :, None], 0.0) @ v  # queries that are padding
flags = encoder(words, src_key_padding_mask=torch.ones(batch, steps) == 0)
means = (words * valid[..., None]).sum(1) / valid.sum(1, keepdim=True)
given = (ids != 0).unsqueeze(1).unsqueeze(2)
asked_again = scores.masked_fill(given == 0, float("-inf")).softmax(-1) @ v  # a mask that is asked whether it is off
asked_as_number = scores.masked_fill(given.long() != 1, -1e9).softmax(-1) @ v


class Told(nn.Module):
    """Padding of a memory that is hidden by either mask, pooled away, or nobody's."""

    def __init__(self):
        super().__init__()
        self.whole = nn.Transformer(width, heads, 1, 1, 96, batch_first=True)
        self.encode = nn.TransformerEncoderLayer(width, heads, 96, batch_first=True)
        self.decode = nn.TransformerDecoderLayer(width, heads, 96, batch_first=True)

    def forward(self, source, target, padding, memory_mask=None, src_mask=None):
        kept = self.whole(source, target, src_key_padding_mask=padding, memory_key_padding_mask=padding)
        memory = self.encode(source, src_key_padding_mask=padding)
        pooled = (memory * ~padding[..., None]).sum(1, keepdim=True) / (~padding).sum(1)[:, None, None]
        return kept + self.decode(target, pooled) + self.decode(target, source)


steps_valid = torch.arange(steps)[None] < torch.tensor([3, 10, 7])[:, None]
told = Told()(x, torch.randn(batch, steps, width), ~steps_valid)
powers = (scores - scores.amax(-1, keepdim=True)).exp() * steps_valid[:, None, None]
by_powers = (powers / (powers.sum(-1, keepdim=True) + 1e-9)) @ v
nearness = torch.exp(-torch.cdist(x, torch.randn(batch, 4, width)))
shares = nearness / nearness.sum(-1, keepdim=True)
centres = shares.mT @ x / shares.sum(1)[..., None]

mix, mix_by_map = nn.Linear(heads, heads), nn.Conv2d(heads, heads, 1, bias=False)
talking_by_layer = mix(scores.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).softmax(3) @ v
talking_by_map = mix_by_map(mix_by_map(scores).softmax(-1)) @ v
maps = nn.Conv2d(width, 5, 1)(torch.randn(batch, width, 6, 6)).softmax(1)  # classes of each place
regions = torch.einsum("bchw,bdhw->bcd", maps, torch.randn(batch, width, 6, 6))


class Talking(nn.Module):
    """Mixes its heads by parameters of its own."""

    def __init__(self):
        super().__init__()
        self.before, self.behind = nn.Parameter(torch.eye(heads)), nn.Parameter(torch.eye(heads))

    def forward(self, scores, values):
        mixed = torch.einsum("bhqk,hg->bgqk", scores, self.before).softmax(-1)
        return torch.einsum("bhqk,hg->bgqk", mixed, self.behind) @ values


talking = Talking()(scores, v)
