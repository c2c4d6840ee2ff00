"""Keras' layers in the field's words, one family a file."""
