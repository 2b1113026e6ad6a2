"""What of a machine decides whether an image runs on it, and which of its GPUs a task may get. Values only; a backend
finds them out."""

from dataclasses import dataclass

from openpai.errors import Problem

NO_WAY_INTO_CONTAINERS = frozenset({"NoGpuRuntime", "GpuNotInCdi"})
"""Why a GPU is bad that is well: the engine cannot give it to a container."""

_NAMED = 4  # processes in one text


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process of the machine that holds a GPU and belongs to no task of ours."""

    pid: int
    name: str


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: its marketing name ("NVIDIA H100 80GB HBM3"), UUID, compute capability (9, 0), memory in MiB.

    One that never answered has a `memory_mb` of 0, and no model and UUID. `bad`: why no task may get it now (those that
    have it keep it); `processes`: who else holds it.
    """

    model: str
    uuid: str
    compute_capability: tuple[int, int]
    memory_mb: int
    bad: Problem | None = None
    processes: tuple[GpuProcess, ...] = ()


@dataclass(frozen=True, slots=True)
class GpuLevel:
    """GPUs of a machine that are near one another, by their place in `Machine.gpus`; each is in one group.

    `name` is what the GPUs of a group share: "socket" (a NUMA node), "bridge" (a PCIe host bridge), "switches" (several
    PCIe switches), "switch" (one), "nvlink" (links to each other, of which none leads out of the group). All groups of
    a level have the same size.
    """

    name: str
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine by its node's name. `architecture` is Go's word; `driver` is NVIDIA's ("535.104.05"), None where
    there is none; `described`: the GPUs are an admin's description, not there (for tests and demonstrations).

    A GPU keeps its place in `gpus`, which is the address of its leaf cell, when it is lost. `levels`: which are near
    one another, from the widest groups to the narrowest; each is within one group of the level before.
    """

    name: str
    architecture: str
    driver: str | None = None
    gpus: tuple[Gpu, ...] = ()
    described: bool = False
    levels: tuple[GpuLevel, ...] = ()

    @property
    def bad_gpus(self) -> frozenset[int]:
        """Those that no task may get now, by their places."""
        return frozenset(place for place, gpu in enumerate(self.gpus) if gpu.bad)


def held_by(place: int, processes: tuple[GpuProcess, ...]) -> Problem:
    """The GPU at this place is in use by others."""
    named = [f"{each.pid} ({each.name})" for each in processes[:_NAMED]]
    rest = ["…"] if len(processes) > _NAMED else []
    return Problem("GpuHeld", {"gpu": place, "processes": ", ".join(named + rest)})
