"""Regression by an MLP on standardised columns, with R squared."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(9)
features = torch.randn(64, 9) * 3 + 1
prices = features[:, 0] * 2 + torch.randn(64)
features = (features - features.mean(dim=0)) / features.std(dim=0)
loader = DataLoader(TensorDataset(features, prices), batch_size=16)


class Regressor(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x).squeeze(-1)


model = Regressor(features.shape[1])
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(2):
    for x, y in loader:
        prediction = model(x)
        loss = ((prediction - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    prediction = model(features)
residual = ((prices - prediction) ** 2).sum()
r2 = 1 - residual / ((prices - prices.mean()) ** 2).sum()
print(loss.item(), r2.item())
