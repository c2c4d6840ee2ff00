"""Q-learning from a batch of transitions, with a target network."""

import copy

import torch
import torch.nn as nn

torch.manual_seed(20)


class QNet(nn.Module):
    def __init__(self, obs=6, actions=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs, 24), nn.ReLU())
        self.value, self.advantage = nn.Linear(24, 1), nn.Linear(24, actions)

    def forward(self, x):
        x = self.body(x)
        advantage = self.advantage(x)
        return self.value(x) + advantage - advantage.mean(dim=1, keepdim=True)


online = QNet()
target = copy.deepcopy(online)
optimizer = torch.optim.Adam(online.parameters(), lr=1e-3)
state, following = torch.randn(16, 6), torch.randn(16, 6)
action, reward = torch.randint(0, 4, (16,)), torch.rand(16)
done = (torch.rand(16) > 0.8).float()
for _ in range(2):
    q = online(state).gather(1, action.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        best = online(following).argmax(dim=1, keepdim=True)
        future = target(following).gather(1, best).squeeze(1)
        goal = reward + 0.99 * future * (1 - done)
    td = q - goal
    loss = (0.5 * td.pow(2)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
greedy = online(state).argmax(dim=1)
print(loss.item(), greedy)
