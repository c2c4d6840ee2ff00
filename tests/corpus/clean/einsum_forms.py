"""einsum for products, traces, outer products and batched bilinear forms."""

import torch

a = torch.randn(3, 4, 5)
b = torch.randn(3, 5, 6)
assert torch.allclose(torch.einsum("bij,bjk->bik", a, b), a @ b, atol=1e-5)
print(torch.einsum("...ij->...ji", a).shape)
print(torch.einsum("bij,bkj->bik", a, a).shape)
print(torch.einsum("i,j->ij", torch.randn(4), torch.randn(5)).shape)
print(torch.einsum("ii->i", torch.randn(6, 6)).shape)
print(torch.einsum("bn,anm,bm->ba", torch.randn(2, 5), torch.randn(3, 5, 4), torch.randn(2, 4)).shape)
print(torch.einsum("bhid,bhjd->bhij", torch.randn(2, 4, 7, 8), torch.randn(2, 4, 9, 8)).shape)
print(torch.tensordot(a, b, dims=([2], [1])).shape, torch.tensordot(a, a, dims=3).shape)
