"""Metric learning with triplets: an embedding network, hard negatives and nearest-neighbour accuracy."""

import logging
import sys

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

logging.basicConfig(stream=sys.stdout, level=logging.INFO)
logger = logging.getLogger(__name__)

CONFIG = {
    "image_size": 28,
    "embedding_dim": 32,
    "margin": 0.3,
    "batch_size": 20,
    "epochs": 1,
    "lr": 3e-4,
    "classes": 5,
}


class TripletDigits(Dataset):
    """Anchors, positives and negatives drawn from synthetic digits."""

    def __init__(self, samples_per_class: int, config: dict):
        self.rng = np.random.RandomState(3)
        size = config["image_size"]
        self.images = self.rng.rand(config["classes"] * samples_per_class, size, size).astype("float32")
        self.labels = np.repeat(np.arange(config["classes"]), samples_per_class)
        self.by_class = {c: np.where(self.labels == c)[0] for c in range(config["classes"])}

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int):
        label = self.labels[index]
        positive = self.rng.choice(self.by_class[label])
        other = self.rng.choice([c for c in self.by_class if c != label])
        negative = self.rng.choice(self.by_class[other])
        triple = np.stack([self.images[index], self.images[positive], self.images[negative]])
        return torch.from_numpy(triple).unsqueeze(1), label


class EmbeddingNet(nn.Module):
    def __init__(self, embedding_dim: int):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 5),
            nn.PReLU(),
            nn.MaxPool2d(2, stride=2),
            nn.Conv2d(16, 32, 5),
            nn.PReLU(),
            nn.MaxPool2d(2, stride=2),
        )
        self.fc = nn.Sequential(
            nn.Linear(32 * 4 * 4, 128),
            nn.PReLU(),
            nn.Linear(128, embedding_dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        out = self.features(x)
        out = out.flatten(start_dim=1)
        return F.normalize(self.fc(out), p=2, dim=1)


class TripletNet(nn.Module):
    def __init__(self, embedding_net: nn.Module):
        super().__init__()
        self.embedding_net = embedding_net

    def forward(self, triples: Tensor):
        batch, three, channels, height, width = triples.shape
        flat = triples.view(batch * three, channels, height, width)
        embedded = self.embedding_net(flat)
        return embedded.view(batch, three, -1).unbind(dim=1)


class TripletLoss(nn.Module):
    def __init__(self, margin: float):
        super().__init__()
        self.margin = margin

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        near = (anchor - positive).pow(2).sum(1)
        far = (anchor - negative).pow(2).sum(1)
        return F.relu(near - far + self.margin).mean()


def pairwise_distances(x: Tensor) -> Tensor:
    dot = x @ x.t()
    square = dot.diagonal()
    distances = square.unsqueeze(0) - 2.0 * dot + square.unsqueeze(1)
    return distances.clamp(min=0)


def batch_hard(embeddings: Tensor, labels: Tensor, margin: float) -> Tensor:
    distances = pairwise_distances(embeddings)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_positive = (distances * same.float()).max(dim=1)[0]
    largest = distances.max(dim=1, keepdim=True)[0]
    hardest_negative = (distances + largest * same.float()).min(dim=1)[0]
    return F.relu(hardest_positive - hardest_negative + margin).mean()


def nearest_neighbour_accuracy(embeddings: Tensor, labels: Tensor) -> float:
    distances = torch.cdist(embeddings, embeddings)
    distances.fill_diagonal_(float("inf"))
    nearest = distances.argmin(dim=1)
    return (labels[nearest] == labels).float().mean().item()


def fit(model, loader, optimizer, loss_fn, device, log_interval=2):
    model.train()
    losses = []
    for batch_idx, (triples, labels) in enumerate(loader):
        triples, labels = triples.to(device), labels.to(device)
        optimizer.zero_grad()
        anchor, positive, negative = model(triples)
        loss = loss_fn(anchor, positive, negative)
        loss = loss + 0.5 * batch_hard(anchor, labels, loss_fn.margin)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if batch_idx % log_interval == 0:
            logger.info("batch %d mean loss %.4f", batch_idx, np.mean(losses))
    return float(np.mean(losses))


def test(model, loader, device):
    model.eval()
    collected, targets = [], []
    with torch.no_grad():
        for triples, labels in loader:
            anchor, _, _ = model(triples.to(device))
            collected.append(anchor.cpu())
            targets.append(labels)
    return nearest_neighbour_accuracy(torch.cat(collected, dim=0), torch.cat(targets))


if __name__ == "__main__":
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    dataset = TripletDigits(11, CONFIG)
    loader = DataLoader(dataset, batch_size=CONFIG["batch_size"], shuffle=True)
    model = TripletNet(EmbeddingNet(CONFIG["embedding_dim"])).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=CONFIG["lr"])
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 8, gamma=0.1)
    loss_fn = TripletLoss(CONFIG["margin"])
    for epoch in range(CONFIG["epochs"]):
        mean_loss = fit(model, loader, optimizer, loss_fn, device)
        scheduler.step()
        accuracy = test(model, loader, device)
        logger.info(f"epoch {epoch}: loss {mean_loss:.4f}, nearest neighbour accuracy {accuracy:.2f}")
