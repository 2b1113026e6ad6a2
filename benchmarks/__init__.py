"""What the platform costs, measured beside the plain engine in one run: `python -m benchmarks`, or `make bench`."""
