"""Boolean masks, gather, scatter, advanced and one-hot indices."""

import torch
import torch.nn.functional as F

x = torch.randn(6, 10, 4)
mask = torch.rand(6, 10) > 0.5
mask[:, 0] = True
kept = x[mask]
assert kept.shape == (int(mask.sum()), 4)

filled = torch.zeros_like(x)
filled[mask] = kept
best = x.norm(dim=-1).argmax(dim=1)
picked = x[torch.arange(6), best]
gathered = x.gather(1, best.view(6, 1, 1).expand(6, 1, 4)).squeeze(1)
assert torch.equal(picked, gathered)

labels = torch.randint(0, 7, (6,))
scattered = torch.zeros(6, 7).scatter_(1, labels.unsqueeze(1), 1.0)
assert torch.equal(scattered, F.one_hot(labels, 7).float())
logits = torch.randn(6, 7)
likelihood = logits.log_softmax(dim=1).gather(1, labels[:, None]).squeeze(1)
print(torch.where(likelihood > -1, likelihood, torch.tensor(-1.0)).shape)

order = x[:, :, 0].argsort(dim=1)
print(torch.take_along_dim(x, order.unsqueeze(-1), dim=1).shape, x.index_select(1, order[0, :3]).shape)
print(x[..., None, :2].shape, x[:, ::2, [0, 3]].shape, x[None].shape)
