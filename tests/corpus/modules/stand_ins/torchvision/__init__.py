"""Stands in for torchvision, which the libraries of the sweep import and their models' shapes do not depend on."""
