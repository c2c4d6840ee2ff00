"""A variational autoencoder: summed over pixels and latents, averaged over the batch."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(11)


class VAE(nn.Module):
    def __init__(self, pixels=64, hidden=32, latent=6):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.mu, self.logvar = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.decode = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def forward(self, x):
        h = self.encode(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.decode(z), mu, logvar


def elbo(recon, x, mu, logvar):
    likelihood = F.binary_cross_entropy_with_logits(recon, x, reduction="none").sum(dim=1)
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(dim=1)
    return (likelihood + kl).mean()


images = (torch.rand(10, 1, 8, 8) > 0.5).float()
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    flat = images.view(images.size(0), -1)
    recon, mu, logvar = model(flat)
    loss = elbo(recon, flat, mu, logvar)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
pictures = torch.sigmoid(recon).view(-1, 1, 8, 8)
print(loss.item(), pictures.shape)
