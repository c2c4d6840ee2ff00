"""Contrastive pre-training in the manner of SimCLR, then a linear probe on the frozen encoder."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class Config:
    image_size: int = 32
    width: int = 32
    projection_dim: int = 64
    num_classes: int = 10
    temperature: float = 0.5
    batch_size: int = 16
    epochs: int = int(os.environ.get("EPOCHS", 1))
    lr: float = 1e-3


class Augment(nn.Module):
    """Random crop, flip and noise, each sample its own."""

    def __init__(self, size: int, padding: int = 4):
        super().__init__()
        self.size = size
        self.padding = padding

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        padded = F.pad(images, (self.padding,) * 4, mode="reflect")
        offsets = torch.randint(0, 2 * self.padding + 1, (images.shape[0], 2))
        crops = []
        for image, (top, left) in zip(padded, offsets.tolist()):
            crops.append(image[:, top : top + self.size, left : left + self.size])
        batch = torch.stack(crops)
        flip = torch.rand(batch.shape[0], 1, 1, 1, device=batch.device) < 0.5
        batch = torch.where(flip, batch.flip(-1), batch)
        strength = torch.empty(batch.shape[0], 1, 1, 1, device=batch.device).uniform_(0, 0.1)
        return batch + strength * torch.randn_like(batch)


class Encoder(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for multiple in (1, 2, 4):
            layers += [
                nn.Conv2d(channels, multiple * width, kernel_size=3, stride=2, padding=1),
                nn.GroupNorm(8, multiple * width),
                nn.SiLU(),
            ]
            channels = multiple * width
        self.layers = nn.Sequential(*layers)
        self.out_features = channels

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images).mean(dim=(-2, -1))


class SimCLR(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.encoder = Encoder(config.width)
        hidden = self.encoder.out_features
        self.projector = nn.Sequential(
            nn.Linear(hidden, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Linear(hidden, config.projection_dim),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.projector(self.encoder(images)), dim=-1)


def nt_xent(first: torch.Tensor, second: torch.Tensor, temperature: float) -> torch.Tensor:
    n = first.shape[0]
    z = torch.cat([first, second], dim=0)
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    targets = torch.cat([torch.arange(n, 2 * n), torch.arange(n)]).to(z.device)
    return F.cross_entropy(similarity, targets)


def pretrain(model: SimCLR, loader: DataLoader, config: Config, device: torch.device) -> None:
    augment = Augment(config.image_size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr, weight_decay=1e-4)
    steps = config.epochs * len(loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.lr, total_steps=steps)
    scaler = torch.amp.GradScaler("cuda", enabled=torch.cuda.is_available())

    for epoch in range(config.epochs):
        total = 0.0
        for images, _ in loader:
            images = images.to(device)
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=False):
                loss = nt_xent(model(augment(images)), model(augment(images)), config.temperature)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            schedule.step()
            total += loss.item()
        print(f"pretrain {epoch}: {total / len(loader):.4f}")


@torch.no_grad()
def extract(encoder: Encoder, loader: DataLoader, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    encoder.eval()
    features, labels = [], []
    for images, target in loader:
        features.append(encoder(images.to(device)).cpu())
        labels.append(target)
    return torch.cat(features), torch.cat(labels)


def linear_probe(features: torch.Tensor, labels: torch.Tensor, config: Config) -> float:
    mean, std = features.mean(dim=0, keepdim=True), features.std(dim=0, keepdim=True)
    features = (features - mean) / (std + 1e-6)
    probe = nn.Linear(features.shape[1], config.num_classes)
    optimizer = torch.optim.LBFGS(probe.parameters(), max_iter=5)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(probe(features), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    top5 = probe(features).topk(5, dim=1).indices
    hits = (top5 == labels.unsqueeze(1)).any(dim=1)
    return hits.float().mean().item()


def main() -> None:
    config = Config()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    images = torch.rand(60, 3, config.image_size, config.image_size)
    labels = torch.randint(config.num_classes, (60,))
    data = TensorDataset(images, labels)
    model = SimCLR(config).to(device)
    pretrain(model, DataLoader(data, config.batch_size, shuffle=True, drop_last=True), config, device)
    features, targets = extract(model.encoder, DataLoader(data, config.batch_size), device)
    print(f"top-5 of the probe: {linear_probe(features, targets, config):.3f}")


if __name__ == "__main__":
    main()
