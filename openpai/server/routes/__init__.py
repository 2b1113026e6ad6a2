"""The calls, one file per subject. A route finds, asks, and gives a shape to the answer; it decides nothing."""
