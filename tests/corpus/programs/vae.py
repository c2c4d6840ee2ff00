"""A convolutional variational autoencoder on 28 x 28 grey images, with interpolation at the end."""

import os
import tempfile

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

try:
    from tqdm import tqdm
except ImportError:
    tqdm = lambda iterable, **kwargs: iterable


LATENT = 20
EPOCHS = 2
BATCH = 32
BETA = 1.0

cuda = torch.cuda.is_available()
device = torch.device("cuda") if cuda else torch.device("cpu")


class VAE(nn.Module):
    def __init__(self, latent_dim=LATENT):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.fc_mu = nn.Linear(32 * 7 * 7, latent_dim)
        self.fc_logvar = nn.Linear(32 * 7 * 7, latent_dim)
        self.fc_decode = nn.Linear(latent_dim, 32 * 7 * 7)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu, logvar):
        if not self.training:
            return mu
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h = F.relu(self.fc_decode(z))
        h = h.view(-1, 32, 7, 7)
        return self.decoder(h)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + BETA * kld


images = torch.rand(150, 1, 28, 28)
train_loader = DataLoader(TensorDataset(images[:120]), batch_size=BATCH, shuffle=True)
test_loader = DataLoader(TensorDataset(images[120:]), batch_size=BATCH)

model = VAE().to(device)
optimizer = optim.Adam(model.parameters(), lr=1e-3)
scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)

best = float("inf")
patience = 0
folder = tempfile.mkdtemp()
for epoch in range(1, EPOCHS + 1):
    model.train()
    train_loss = 0
    for (batch,) in tqdm(train_loader, desc=f"epoch {epoch}", leave=False):
        batch = batch.to(device)
        optimizer.zero_grad()
        recon, mu, logvar = model(batch)
        loss = loss_function(recon, batch, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()

    model.eval()
    test_loss = 0
    with torch.no_grad():
        for (batch,) in test_loader:
            batch = batch.to(device)
            recon, mu, logvar = model(batch)
            test_loss += loss_function(recon, batch, mu, logvar).item()
    test_loss /= len(test_loader.dataset)
    scheduler.step(test_loss)
    print(f"====> Epoch {epoch}: train {train_loss / len(train_loader.dataset):.2f} test {test_loss:.2f}")

    if test_loss < best:
        best = test_loss
        patience = 0
        torch.save({"model": model.state_dict(), "epoch": epoch, "loss": best}, os.path.join(folder, "vae.pt"))
    else:
        patience += 1
        if patience > 2:
            print("stopping early")
            break

if os.path.exists(os.path.join(folder, "vae.pt")):
    checkpoint = torch.load(os.path.join(folder, "vae.pt"), map_location=device)
    model.load_state_dict(checkpoint["model"])

model.eval()
with torch.no_grad():
    start, _ = model.encode(images[:1].to(device))
    end, _ = model.encode(images[1:2].to(device))
    steps = torch.linspace(0, 1, 8, device=device).unsqueeze(1)
    path = start * (1 - steps) + end * steps
    frames = model.decode(path).cpu()
    grid = frames.view(2, 4, 28, 28).permute(0, 2, 1, 3).reshape(2 * 28, 4 * 28)
print("interpolation", tuple(frames.shape), "grid", tuple(grid.shape))
