"""Batched linear algebra: solve, Cholesky, SVD, norms, Kronecker products, covariance."""

import torch

a = torch.randn(4, 6, 6)
spd = a @ a.mT + 6 * torch.eye(6)
factor = torch.linalg.cholesky(spd)
b = torch.randn(4, 6, 2)
assert torch.allclose(spd @ torch.linalg.solve(spd, b), b, atol=1e-3)
print(torch.cholesky_solve(b, factor).shape, torch.linalg.solve(spd[0], b[0, :, 0]).shape)
u, s, vh = torch.linalg.svd(torch.randn(4, 7, 5), full_matrices=False)
print((u * s.unsqueeze(-2) @ vh).shape, torch.linalg.norm(a, dim=(1, 2)).shape)
print(torch.cov(torch.randn(3, 50)).shape, torch.corrcoef(torch.randn(3, 50)).shape)
print(torch.kron(torch.eye(2), torch.ones(3, 4)).shape, torch.block_diag(a[0], a[1]).shape)
print(torch.cdist(torch.randn(4, 8, 3), torch.randn(4, 9, 3)).shape, torch.linalg.inv(spd).shape)
print(
    torch.mv(a[0], b[0, :, 0]).shape,
    torch.dot(b[0, :, 0], b[1, :, 0]).shape,
    torch.cross(torch.randn(5, 3), torch.randn(5, 3), dim=1).shape,
)
print(torch.distributions.MultivariateNormal(torch.zeros(4, 6), spd).log_prob(torch.randn(4, 6)).shape)
