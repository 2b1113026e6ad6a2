"""The map of openpai/, as its own docstring draws it."""

import openpai


def rooms() -> str:
    text = openpai.__doc__ or ""
    lines = [line for line in text.splitlines() if line.startswith("    ")]
    return "\n".join(["```text", "openpai/", *lines, "```", ""])
