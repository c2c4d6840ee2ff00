"""Cox regression: the partial likelihood over those still at risk."""

import torch
from torch import nn

torch.manual_seed(36)
net = nn.Sequential(nn.Linear(8, 16), nn.SELU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x, time = torch.randn(30, 8), torch.rand(30)
event = (torch.rand(30) > 0.4).float()


def cox(risk, time, event):
    order = torch.argsort(time, descending=True)
    risk, event = risk[order], event[order]
    log_sum = torch.logcumsumexp(risk, dim=0)
    return -((risk - log_sum) * event).sum() / event.sum()


for _ in range(2):
    risk = net(x).squeeze(1)
    loss = cox(risk, time, event)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
earlier = time.unsqueeze(1) < time.unsqueeze(0)
comparable = earlier & (event.unsqueeze(1) > 0)
concordant = (risk.unsqueeze(1) > risk.unsqueeze(0)) & comparable
print(loss.item(), (concordant.sum() / comparable.sum()).item())
