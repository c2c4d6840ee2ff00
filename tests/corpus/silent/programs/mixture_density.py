"""A mixture density network: the likelihood of targets under a mixture for each example."""

import math

import torch
from torch import nn

torch.manual_seed(25)


class MDN(nn.Module):
    def __init__(self, inputs=3, hidden=20, parts=5):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh())
        self.pi, self.mu, self.sigma = (nn.Linear(hidden, parts) for _ in range(3))

    def forward(self, x):
        h = self.body(x)
        return torch.log_softmax(self.pi(h), dim=-1), self.mu(h), self.sigma(h).exp()


def nll(log_pi, mu, sigma, y):
    z = (y.unsqueeze(1) - mu) / sigma
    log_prob = -0.5 * z**2 - sigma.log() - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(log_pi + log_prob, dim=1).mean()


x, y = torch.randn(26, 3), torch.randn(26)
model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    log_pi, mu, sigma = model(x)
    loss = nll(log_pi, mu, sigma, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
expected = (log_pi.exp() * mu).sum(dim=-1)
print(loss.item(), expected.shape)
