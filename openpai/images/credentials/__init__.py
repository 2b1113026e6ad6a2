"""Log-ins for registries: values, where they come from, and which one counts."""
