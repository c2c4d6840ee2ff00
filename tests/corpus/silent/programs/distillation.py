"""A small network taught by a larger one: soft targets beside hard ones."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(31)
teacher = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 7)).eval()
student = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 7))
optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)
x, y = torch.randn(28, 12), torch.randint(0, 7, (28,))
T = 4.0
for _ in range(2):
    with torch.no_grad():
        soft = F.softmax(teacher(x) / T, dim=1)
    logits = student(x)
    kd = F.kl_div(F.log_softmax(logits / T, dim=1), soft, reduction="batchmean") * T * T
    loss = 0.5 * kd + 0.5 * F.cross_entropy(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
agreement = (logits.argmax(dim=1) == soft.argmax(dim=1)).float().mean()
print(loss.item(), agreement.item())
