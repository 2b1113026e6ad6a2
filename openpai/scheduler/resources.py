"""Amounts of a machine's resources, and machines as the scheduler sees them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resources:
    """An amount: CPU cores, memory in MiB, whole GPUs."""

    cpu: int
    memory_mb: int
    gpu: int

    def __add__(self, other: "Resources") -> "Resources":
        return Resources(self.cpu + other.cpu, self.memory_mb + other.memory_mb, self.gpu + other.gpu)

    def __sub__(self, other: "Resources") -> "Resources":
        return Resources(self.cpu - other.cpu, self.memory_mb - other.memory_mb, self.gpu - other.gpu)

    def fits_in(self, free: "Resources") -> bool:
        return self.cpu <= free.cpu and self.memory_mb <= free.memory_mb and self.gpu <= free.gpu


NOTHING = Resources(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that runs tasks: its name and all that it has."""

    name: str
    capacity: Resources
