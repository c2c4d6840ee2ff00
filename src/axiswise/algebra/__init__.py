"""Shapes as numbers: broadcasting, factoring, grouping. No tensors, no sources."""
