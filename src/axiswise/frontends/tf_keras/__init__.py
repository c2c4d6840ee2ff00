"""Keras 2, as `tf_keras`: its loops alone."""
