"""Room for images: whether one fits, and which are removed. Pure."""
