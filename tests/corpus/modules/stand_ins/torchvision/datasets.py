"""Data that nobody reads."""

from torchvision.transforms import __getattr__ as __getattr__
