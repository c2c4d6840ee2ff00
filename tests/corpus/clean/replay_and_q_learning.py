"""Deep Q-learning updates from a replay buffer, with a target network and actions gathered by index."""

import random
from collections import deque, namedtuple

import numpy as np
import torch
from torch import nn

Transition = namedtuple("Transition", "state action reward next_state done")
memory = deque(maxlen=500)
rng = np.random.default_rng(0)
for _ in range(64):
    memory.append(Transition(rng.random(6), rng.integers(3), rng.random(), rng.random(6), bool(rng.random() < 0.1)))

policy = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3))
target = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3))
target.load_state_dict(policy.state_dict())
optimizer = torch.optim.RMSprop(policy.parameters())

for _ in range(3):
    batch = Transition(*zip(*random.sample(memory, 16)))
    states = torch.tensor(np.array(batch.state), dtype=torch.float32)
    actions = torch.tensor(np.array(batch.action)).unsqueeze(1)
    rewards = torch.tensor(batch.reward, dtype=torch.float32)
    following = torch.tensor(np.array(batch.next_state), dtype=torch.float32)
    alive = 1.0 - torch.tensor(batch.done, dtype=torch.float32)
    q = policy(states).gather(1, actions).squeeze(1)
    with torch.no_grad():
        best = target(following).max(dim=1).values
    loss = nn.functional.smooth_l1_loss(q, rewards + 0.99 * best * alive)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(q.shape, loss.shape)
