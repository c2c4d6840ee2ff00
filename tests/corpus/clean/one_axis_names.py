"""Moves of axes: movedim, swapaxes, flatten, unflatten, roll, flip, expand, repeat, tile, stack, unbind, chunk."""

import torch

x = torch.randn(2, 3, 4, 5)
assert x.movedim(1, -1).equal(x.permute(0, 2, 3, 1))
assert x.swapaxes(-1, -2).equal(x.mT)
assert x.flatten(1, 2).unflatten(1, (3, 4)).equal(x)
print(x.roll(1, dims=2).flip(0).shape, x.contiguous().view(2, -1, 10).shape)
print(x.unsqueeze(1).expand(-1, 6, -1, -1, -1).shape, x[:1].expand(4, -1, -1, -1).shape)
print(x.repeat(1, 2, 1, 1).shape, x.repeat_interleave(2, dim=1).shape, torch.tile(x, (2, 1)).shape)
print(torch.stack(x.unbind(2), dim=2).equal(x), torch.cat(x.chunk(2, dim=3), dim=3).equal(x))
print(torch.cat([part.mean(1, keepdim=True) for part in x.split([1, 2], dim=1)], dim=1).shape)
print(x.reshape(-1, 5).view(2, 3, 4, 5).equal(x), x.transpose(1, 2).reshape(2, 12, 5).shape)
print(x.squeeze().shape, x[:, :1].squeeze(1).shape, x.sum((1, 3), keepdim=True).squeeze(-1).shape)
print(torch.atleast_3d(x[0, 0, 0]).shape, torch.hstack([x, x]).shape, torch.vstack([x, x]).shape)
print(
    x.diagonal(dim1=1, dim2=2).shape,
    torch.diag_embed(x).shape,
    x.unfold(3, 2, 1).shape,
    x.as_strided((2, 3), (60, 20)).shape,
)
print(
    torch.meshgrid(torch.arange(3), torch.arange(4), indexing="ij")[0].shape,
    torch.cartesian_prod(torch.arange(2), torch.arange(3)).shape,
)
