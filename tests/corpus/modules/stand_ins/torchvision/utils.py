"""Files of images: none is written."""
