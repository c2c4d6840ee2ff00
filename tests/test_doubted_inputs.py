"""Right models whose inputs are hard to find: what fails on other inputs than theirs is no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.sandbox import Sandbox

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
JOINED = """class TwoTower(nn.Module):
    def __init__(self, n_users=5, n_items=20, n_ctx=2, dim=6):
        super().__init__()
        self.user, self.item = nn.Embedding(n_users, dim), nn.Embedding(n_items, dim, padding_idx=0)
        self.user_mlp, self.item_mlp = nn.Linear(2 * dim + n_ctx, dim), nn.Linear(dim, dim)

    def forward(self, uid, hist, ctx, pos, log_q):
        seen = (hist > 0).float().unsqueeze(-1)
        past = (self.item(hist) * seen).sum(1) / seen.sum(1).clamp(min=1.0)
        users = F.normalize(self.user_mlp(torch.cat([self.user(uid), past, ctx], 1)), dim=1)
        items = F.normalize(self.item_mlp(self.item(pos)), dim=-1)
        logits = users @ items.T - log_q[None, :]
        same = (pos.unsqueeze(0) == pos.unsqueeze(1)).fill_diagonal_(False)
        return F.cross_entropy(logits.masked_fill(same, -1e9), torch.arange(uid.size(0)))
"""
"""With inputs of three axes, `cat` along axis 1 joins times, and the width that is left meets a layer's."""
STATEFUL = """class Recurrent(nn.Module):
    def __init__(self, frame_stack=2, n_actions=5, hw=36, lstm=6):
        super().__init__()
        side = ((hw - 8) // 4 + 1 - 4) // 2 + 1
        self.network = nn.Sequential(nn.Conv2d(frame_stack, 16, 8, 4), nn.Conv2d(16, 32, 4, 2), nn.Flatten())
        self.fc, self.lstm, self.actor = nn.Linear(32 * side * side, 64), nn.LSTM(64, lstm), nn.Linear(lstm, n_actions)

    def forward(self, x, lstm_state, done):
        batch_size = lstm_state[0].shape[1]
        hidden = F.relu(self.fc(self.network(x / 255.0))).reshape((-1, batch_size, self.lstm.input_size))
        steps = []
        for h, d in zip(hidden, done.reshape((-1, batch_size))):
            kept = (1.0 - d).view(1, -1, 1)
            h, lstm_state = self.lstm(h.unsqueeze(0), (kept * lstm_state[0], kept * lstm_state[1]))
            steps += [h]
        return self.actor(torch.flatten(torch.cat(steps), 0, 1)), lstm_state
"""
"""A length of one input is asked of the reshape of another."""
LISTED = """class Deformable(nn.Module):
    def __init__(self, d_model=8, n_levels=2, n_heads=2, n_points=3):
        super().__init__()
        self.levels, self.heads, self.points = n_levels, n_heads, n_points
        self.offsets, self.value = nn.Linear(d_model, n_heads * n_levels * n_points * 2), nn.Linear(d_model, d_model)

    def forward(self, query, ref, value, shapes):
        # ref in [0, 1], (N, Lq, n_levels, 2); shapes: list of (H, W)
        N, Lq, D = query.shape
        assert sum(h * w for h, w in shapes) == value.shape[1]
        value = self.value(value).view(N, value.shape[1], self.heads, D // self.heads)
        off = self.offsets(query).view(N, Lq, self.heads, self.levels, self.points, 2)
        norm = torch.tensor([(w, h) for h, w in shapes], dtype=query.dtype)
        where = ref[:, :, None, :, None, :] + off / norm[None, None, None, :, None, :]
        return where, value.split([h * w for h, w in shapes], dim=1)
"""
"""Of a list of pairs of numbers, a comment says which they are: no axes of a tensor."""


RESHAPED = """class Attention(nn.Module):
    def __init__(self, dim, heads=8, dim_head=64):
        super().__init__()
        self.heads, hidden = heads, heads * dim_head
        self.to_qkv, self.to_out = nn.Conv2d(dim, hidden * 3, 1), nn.Conv2d(hidden, dim, 1)

    def forward(self, x):
        shape = x.shape
        b, c, h, w = shape
        q, k, v = (t.reshape(b, self.heads, -1, h * w) for t in self.to_qkv(x).chunk(3, dim=1))
        out = (q.transpose(2, 3) @ k).softmax(-1) @ v.transpose(2, 3)
        return self.to_out(out.transpose(2, 3).reshape(b, -1, h * w).reshape(shape)) + x
"""
"""The channels are as many as were chosen for `dim`, where only one choice goes with the heads' own sizes."""
GROUPED = """class Grouped(nn.Module):
    def __init__(self, nsample=32, width=16):
        super().__init__()
        self.nsample, self.mlp = nsample, nn.Linear(3, width)

    def forward(self, xyz):
        xyz = xyz.permute(0, 2, 1)
        B, N, C = xyz.shape
        near = torch.arange(N).view(1, 1, N).repeat([B, N, 1])
        near[torch.cdist(xyz, xyz) > 0.5] = N
        near = near.sort(dim=-1)[0][:, :, : self.nsample]
        first = near[:, :, 0].view(B, N, 1).repeat([1, 1, self.nsample])
        near[near == N] = first[near == N]
        points = xyz[torch.arange(B).view(B, 1, 1), near.clamp(max=N - 1)]
        return self.mlp(points).max(2)[0]
"""
"""A cut that is shorter where there are few points, whose number is read off an input whose axes were moved."""


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("TwoTower", JOINED),
        ("Recurrent", STATEFUL),
        ("Deformable", LISTED),
        ("Attention", RESHAPED),
        ("Grouped", GROUPED),
    ],
)
def test_nothing_is_said_of_a_model_whose_inputs_are_not_known(
    name: str, model: str, tmp_path: Path, warm: Sandbox
) -> None:
    file = tmp_path / "model.py"
    file.write_text(HEAD + model)
    report = check([f"{file}::{name}"], Options(), sandbox=warm)
    assert report.findings == ()
    assert report.targets[0].status in ("checked", "partial")
