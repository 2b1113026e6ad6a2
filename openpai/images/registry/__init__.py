"""Asking registries: the look at an image, and all that it takes."""
