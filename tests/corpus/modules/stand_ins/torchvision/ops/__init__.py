"""Layers of torchvision's own."""
