"""Which of the platforms that an image is made for an engine runs, and which of them suits it best. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RUNS_ON: Mapping[str, tuple[str, ...]] = {"amd64": ("amd64", "386"), "arm64": ("arm64", "arm")}
"""What an engine of an architecture runs without emulation, the best first."""

_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "amd64": ("", "v1"),  # v2 and newer ask for more than every amd64 processor has
    "arm64": ("", "v8"),
    "arm": ("v8", "", "v7", "v6", "v5"),  # no variant means v7
}


@dataclass(frozen=True, slots=True)
class Platform:
    """`architecture` and `os` in Go's words; `variant` such as "v7", "" where none is named."""

    architecture: str
    os: str = "linux"
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


def rank(platform: Platform, engine: str) -> int | None:
    """How well an image for `platform` suits an engine of this architecture: the less the better; None: not at all.

    What does not say its architecture may run, and comes last.
    """
    if platform.os not in ("linux", ""):
        return None
    if not platform.architecture:
        return 1000
    runs = RUNS_ON.get(engine, (engine,))
    if platform.architecture not in runs:
        return None
    variants: Sequence[str] = _VARIANTS.get(platform.architecture, (platform.variant,))
    if platform.variant not in variants:
        return None
    return 100 * runs.index(platform.architecture) + variants.index(platform.variant)
