"""Modules that take other modules, whose arguments have to go together, or that the file itself shows in use."""

import torch
from torch import Tensor, nn


class HiddenLayer(nn.Module):
    """Looks into a network that only the user knows."""

    def __init__(self, net, image_size, layer=-2):
        super().__init__()
        self.net = net
        self.kept = None
        device = next(net.parameters()).device
        chosen = [*net.children()][layer] if type(layer) == int else dict(net.named_modules())[layer]
        chosen.register_forward_hook(self._keep)
        self.forward(torch.randn(2, 3, image_size, image_size, device=device))

    def _keep(self, module, given, output):
        self.kept = output.flatten(1)

    def forward(self, images):
        self.net(images)
        return self.kept


class Narrowing(nn.Module):
    """Two blocks in a row are given the same numbers: they have to be equal."""

    def __init__(self, widths, num_classes):
        super().__init__()
        first, *_, last = widths
        self.stem = nn.Conv2d(3, first, 3, padding=1)
        self.blocks = nn.Sequential(
            nn.Conv2d(widths[0], widths[1], 1),
            nn.Conv2d(widths[1], widths[2], 1),
            nn.Conv2d(widths[1], widths[2], 1),
            nn.Conv2d(widths[2], widths[3], 1),
        )
        self.head = nn.Linear(last, num_classes)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


def of_part(prefix, options):
    return {name[len(prefix) :]: value for name, value in options.items() if name.startswith(prefix)}


class Part(nn.Module):
    def __init__(self, dim, num_tokens, depth):
        super().__init__()
        self.embed = nn.Embedding(num_tokens, dim)
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])

    def forward(self, tokens):
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x).relu()
        return x


class TwoParts(nn.Module):
    """Its parts' arguments come by prefixes."""

    def __init__(self, *, dim, **kwargs):
        super().__init__()
        self.source = Part(dim, **of_part("src_", kwargs))
        self.target = Part(dim, **of_part("tgt_", kwargs))

    def forward(self, src, tgt):
        return self.target(tgt) + self.source(src).mean(1, keepdim=True)


class Packed(nn.Module):
    """Takes images of any number and of their own sizes."""

    def __init__(self, channels=3, dim=24):
        super().__init__()
        self.channels = channels
        self.project = nn.Linear(channels, dim)

    def forward(self, images: list[Tensor]):
        assert all(image.ndim == 3 and image.shape[0] == self.channels for image in images)
        return torch.stack([self.project(image.flatten(1).mean(1)) for image in images])


class ScaledHeads(nn.Module):
    """Attention on heads that are apart already, with a bias of their width."""

    def __init__(self, dim_head):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(dim_head))

    def forward(self, q, k, v):
        scores = torch.einsum("bhid,bhjd->bhij", q + self.bias, k)
        return torch.einsum("bhij,bhjd->bhid", scores.softmax(-1), v)


class Grid(nn.Module):
    """Any number of axes: the file shows which."""

    def __init__(self, shape, channels, dim):
        super().__init__()
        self.shape = tuple(shape)
        self.table = nn.Parameter(torch.zeros(channels, *self.shape))
        self.project = nn.Linear(channels, dim)

    def forward(self, x):
        assert x.shape[2:] == self.shape
        return self.project((x + self.table).flatten(2).transpose(1, 2))


class Levels(nn.Module):
    """Lists that belong together: a level is below the one that it takes from."""

    def __init__(self, dim, source_layer, target_layer):
        super().__init__()
        sources, targets = (source_layer,), (target_layer,)
        assert all(target < source for source, target in zip(sources, targets)), "a target is below its source"
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(max(sources) + 1)])

    def forward(self, x):
        return sum(layer(x) for layer in self.layers)


if __name__ == "__main__":
    model = Grid((4, 6, 10, 5), 3, 16)
    model = torch.compile(model)
    volumes = torch.randn(2, 3, 4, 6, 10, 5)
    print(model(volumes).shape)
