"""A loader whose last batch is smaller, and code that never counts on the batch size."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.randn(70, 1, 12, 12), torch.randint(0, 3, (70,)))
loader = DataLoader(data, batch_size=32, shuffle=True, drop_last=False)
net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 10 * 10, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
confusion = torch.zeros(3, 3, dtype=torch.long)

for images, labels in loader:
    logits = net(images)
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    one_hot = torch.zeros(labels.size(0), 3).scatter_(1, labels.view(-1, 1), 1)
    assert one_hot.shape == logits.shape
    confusion += one_hot.long().T @ nn.functional.one_hot(logits.argmax(1), 3)
print(confusion.sum().item() == len(data))
