"""REINFORCE with a learned baseline on made-up episodes."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(19)
policy = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
critic = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam([*policy.parameters(), *critic.parameters()], lr=1e-3)
states = torch.randn(32, 4)
actions = torch.randint(0, 3, (32,))
rewards = torch.rand(32)


def discounted(rewards, gamma=0.99):
    returns = torch.zeros_like(rewards)
    running = torch.tensor(0.0)
    for i in reversed(range(len(rewards))):
        running = rewards[i] + gamma * running
        returns[i] = running
    return returns


for _ in range(2):
    returns = discounted(rewards)
    values = critic(states).squeeze(1)
    advantage = returns - values.detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    log_probs = F.log_softmax(policy(states), dim=-1)
    chosen = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
    entropy = -(log_probs.exp() * log_probs).sum(dim=-1).mean()
    loss = -(chosen * advantage).mean() + F.mse_loss(values, returns) - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
