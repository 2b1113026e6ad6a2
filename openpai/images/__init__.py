"""What images are called, and later: credentials, manifests, and whether an image fits a machine."""
