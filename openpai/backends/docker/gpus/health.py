"""What was read of a GPU → why no task may get it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.errors import Problem
from openpai.images.cuda.machine import GpuProcess, held_by

DISPLAY_MB = 1024
"""A process that only draws holds a GPU from this much of its memory on: a display server has a little of each."""

_HARDWARE_XIDS = frozenset({48, 64, 74, 79, 95, 119, 120, 140, 143})
"""What the driver reports (Xid) and no program can be the cause of: memory errors that were not contained, spare memory
used up, NVLink, off the bus, the GPU's own processor silent. Others come of programs, or are told by what is read.
NVIDIA's "Xid Errors" lists them all."""

_RECOVERY: Mapping[int, str] = {
    1: "GPU_RESET",
    2: "NODE_REBOOT",
    3: "DRAIN_P2P",
    4: "DRAIN_AND_RESET",
    5: "RECOVER_IMEX_DOMAIN",
    6: "BUS_RESET",
    7: "SYSTEM_REBOOT",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What NVML tells of a GPU at one moment.

    `failure`: its words where it does not answer. `memory_errors`: those that ECC could not correct since the driver
    was loaded. `pages_pending`, `rows_pending`: bad memory will be taken out of use at the next reset; `rows_failed`:
    there is no spare for it. `recovery`: what the driver wants done, by NVML's number. `xid`: the last report that
    tells of the hardware. `compute`: processes that compute on it; `graphics`: those that only draw, and their memory
    in MiB.
    """

    lost: bool = False
    failure: str = ""
    memory_errors: int = 0
    pages_pending: bool = False
    rows_pending: bool = False
    rows_failed: bool = False
    recovery: int = 0
    mig: bool = False
    xid: int | None = None
    compute: frozenset[int] = frozenset()
    graphics: Mapping[int, int] = field(default_factory=dict)

    @property
    def has_hardware_xid(self) -> bool:
        return self.xid in _HARDWARE_XIDS

    @property
    def holders(self) -> frozenset[int]:
        """The processes, by number, that keep others from using it."""
        return self.compute | {pid for pid, memory in self.graphics.items() if memory >= DISPLAY_MB}


def problem_of(place: int, reading: Reading, strangers: tuple[GpuProcess, ...]) -> Problem | None:
    """Why no task may get the GPU at this place; the cause that explains most comes first. None: it is well.
    `strangers`: its holders that belong to no task of ours."""
    gpu = {"gpu": place}
    if reading.lost:
        return Problem("GpuLost", gpu)
    if reading.failure:
        return Problem("GpuSilent", {**gpu, "detail": reading.failure})
    if reading.rows_failed:
        return Problem("GpuMemoryWornOut", gpu)
    if reading.memory_errors:
        return Problem("GpuMemoryErrors", {**gpu, "count": reading.memory_errors})
    if reading.pages_pending or reading.rows_pending:
        return Problem("GpuRepairPending", gpu)
    if reading.recovery:
        action = _RECOVERY.get(reading.recovery, str(reading.recovery))
        return Problem("GpuNeedsReset", {**gpu, "action": action})
    if reading.xid is not None and reading.has_hardware_xid:
        return Problem("GpuFaultReported", {**gpu, "xid": reading.xid})
    if reading.mig:
        return Problem("GpuInMigMode", gpu)
    return held_by(place, strangers) if strangers else None
