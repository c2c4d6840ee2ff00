"""Experiments on a real module: what moves when something else is changed."""
