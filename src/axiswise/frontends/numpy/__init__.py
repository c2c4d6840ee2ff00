"""NumPy's arrays, functions and methods."""
