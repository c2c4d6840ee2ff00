"""Long-term forecasting: each channel on its own, windows of time as tokens, levels removed and put back."""

import torch
import torch.nn as nn

torch.manual_seed(28)


class PatchForecaster(nn.Module):
    def __init__(self, length=48, horizon=12, patch=8, dim=24):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(patch, dim)
        self.encoder = nn.TransformerEncoderLayer(dim, 4, 48, dropout=0.0, batch_first=True)
        self.head = nn.Linear((length // patch) * dim, horizon)

    def forward(self, x):
        B, L, M = x.shape
        mean = x.mean(dim=1, keepdim=True)
        std = x.std(dim=1, keepdim=True) + 1e-5
        x = (x - mean) / std
        x = x.permute(0, 2, 1).reshape(B * M, L)
        patches = x.unfold(-1, self.patch, self.patch)
        z = self.encoder(self.embed(patches))
        y = self.head(z.flatten(start_dim=1))
        y = y.reshape(B, M, -1).permute(0, 2, 1)
        return y * std + mean


history, future = torch.randn(5, 48, 3), torch.randn(5, 12, 3)
model = PatchForecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    forecast = model(history)
    loss = nn.functional.mse_loss(forecast, future)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
by_step = (forecast - future).abs().mean(dim=(0, 2))
print(loss.item(), by_step.shape)
