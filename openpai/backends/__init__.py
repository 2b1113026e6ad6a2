"""What runs containers. `contract` says what a backend is; each backend is one folder or file beside it."""
