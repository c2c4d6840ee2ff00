"""A training loop in which nothing is wrong; prints the seconds that the loop alone took."""

import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)  # steadier where others use the machine too
data = TensorDataset(torch.rand(2048, 64), torch.randint(0, 10, (2048,)))
model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()

began = time.perf_counter()
for _ in range(10):
    total = 0.0
    for inputs, labels in DataLoader(data, batch_size=64, shuffle=True):
        loss = criterion(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
print(time.perf_counter() - began)
