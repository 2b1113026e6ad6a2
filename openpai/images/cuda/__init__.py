"""Whether an image runs on a machine's driver and GPUs. Pure."""
