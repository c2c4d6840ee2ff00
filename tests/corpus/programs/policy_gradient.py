"""Advantage actor-critic on a small grid world written in numpy."""

import argparse
from collections import deque

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical


class GridWorld:
    """An agent looks for a goal on a grid; it observes both positions and a map of walls."""

    def __init__(self, size=5, max_steps=20, seed=0):
        self.size = size
        self.max_steps = max_steps
        self.rng = np.random.RandomState(seed)
        self.observation_dim = 4 + size * size
        self.action_dim = 4

    def reset(self):
        self.steps = 0
        self.walls = (self.rng.rand(self.size, self.size) < 0.1).astype(np.float32)
        self.agent = self.rng.randint(0, self.size, 2)
        self.goal = self.rng.randint(0, self.size, 2)
        return self._observe()

    def _observe(self):
        positions = np.concatenate([self.agent, self.goal]) / self.size
        return np.concatenate([positions, self.walls.ravel()]).astype(np.float32)

    def step(self, action):
        move = [(-1, 0), (1, 0), (0, -1), (0, 1)][action]
        target = np.clip(self.agent + np.array(move), 0, self.size - 1)
        if self.walls[target[0], target[1]] == 0:
            self.agent = target
        self.steps += 1
        reached = bool((self.agent == self.goal).all())
        reward = 1.0 if reached else -0.02
        return self._observe(), reward, reached or self.steps >= self.max_steps


class ActorCritic(nn.Module):
    def __init__(self, observation_dim, action_dim, hidden_size=64):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(observation_dim, hidden_size),
            nn.Tanh(),
            nn.Linear(hidden_size, hidden_size),
            nn.Tanh(),
        )
        self.actor = nn.Linear(hidden_size, action_dim)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, observations):
        features = self.body(observations)
        return self.actor(features), self.critic(features).squeeze(-1)

    def act(self, observation):
        state = torch.from_numpy(observation).unsqueeze(0)
        logits, value = self(state)
        distribution = Categorical(logits=logits)
        action = distribution.sample()
        return action.item(), distribution.log_prob(action), value


def discounted_returns(rewards, gamma):
    running, returns = 0.0, []
    for reward in reversed(rewards):
        running = reward + gamma * running
        returns.insert(0, running)
    return torch.tensor(returns, dtype=torch.float32)


def play_episode(env, model):
    observation = env.reset()
    observations, actions, rewards = [], [], []
    done = False
    while not done:
        with torch.no_grad():
            action, _, _ = model.act(observation)
        observations.append(observation)
        actions.append(action)
        observation, reward, done = env.step(action)
        rewards.append(reward)
    return np.stack(observations), np.array(actions), rewards


def update(model, optimizer, episodes, args):
    observations = torch.from_numpy(np.concatenate([e[0] for e in episodes], axis=0))
    actions = torch.from_numpy(np.concatenate([e[1] for e in episodes]))
    returns = torch.cat([discounted_returns(e[2], args.gamma) for e in episodes])

    logits, values = model(observations)
    distribution = Categorical(logits=logits)
    advantages = returns - values.detach()
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    policy_loss = -(distribution.log_prob(actions) * advantages).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    entropy = distribution.entropy().mean()
    loss = policy_loss + args.value_coef * value_loss - args.entropy_coef * entropy

    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.5)
    optimizer.step()
    return loss.item(), entropy.item()


def main():
    parser = argparse.ArgumentParser(description="A2C on a grid world")
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--updates", type=int, default=3)
    parser.add_argument("--episodes", type=int, default=4)
    parser.add_argument("--value-coef", type=float, default=0.5)
    parser.add_argument("--entropy-coef", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    env = GridWorld(seed=args.seed)
    model = ActorCritic(env.observation_dim, env.action_dim)
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    recent = deque(maxlen=100)

    for step in range(args.updates):
        episodes = [play_episode(env, model) for _ in range(args.episodes)]
        recent.extend(sum(e[2]) for e in episodes)
        loss, entropy = update(model, optimizer, episodes, args)
        print(f"update {step}\tloss {loss:.3f}\tentropy {entropy:.3f}\taverage reward {np.mean(recent):.2f}")

    observation = env.reset()
    with torch.no_grad():
        logits, value = model(torch.from_numpy(observation).unsqueeze(0))
    print("greedy action", logits.argmax(dim=-1).item(), "value", value.item())


if __name__ == "__main__":
    main()
