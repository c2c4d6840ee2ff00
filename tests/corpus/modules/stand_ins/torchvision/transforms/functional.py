"""Transforms as functions."""

from torchvision.transforms import InterpolationMode as InterpolationMode
from torchvision.transforms import __getattr__ as __getattr__
