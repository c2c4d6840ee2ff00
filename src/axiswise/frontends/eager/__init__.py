"""Programs that really run, cut short: NumPy, TensorFlow and Keras on each of its backends."""
