"""TensorFlow's tensors, functions and graphs."""
