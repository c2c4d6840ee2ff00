"""JAX' arrays and functions."""
