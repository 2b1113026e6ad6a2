"""What of a machine decides whether an image runs on it. Values only; a backend finds them out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: its marketing name ("NVIDIA H100 80GB HBM3"), UUID, compute capability (9, 0), memory in MiB."""

    model: str
    uuid: str
    compute_capability: tuple[int, int]
    memory_mb: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine by its node's name. `architecture` is Go's word; `driver` is NVIDIA's ("535.104.05"), None where
    there is none; `described`: the GPUs are an admin's description, not there (for tests and demonstrations)."""

    name: str
    architecture: str
    driver: str | None = None
    gpus: tuple[Gpu, ...] = ()
    described: bool = False
