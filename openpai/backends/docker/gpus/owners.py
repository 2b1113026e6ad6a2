"""Which processes hold a GPU, and what containers they are in, from /proc of this machine."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from openpai.images.cuda.machine import GpuProcess

_CONTAINER = re.compile(r"[0-9a-f]{64}")
_UNSEEN = "?"


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a GPU. `containers`: the ids that its control groups are named after. `seen` False: it has
    ended since NVML told of it, or it cannot be seen from here."""

    process: GpuProcess
    containers: frozenset[str] = frozenset()
    seen: bool = True

    @property
    def pid(self) -> int:
        return self.process.pid


def holder(pid: int, proc: Path = Path("/proc")) -> Holder:
    """The process of that number, as this machine counts."""
    try:
        name = (proc / str(pid) / "comm").read_text(errors="replace").strip()
        groups = (proc / str(pid) / "cgroup").read_text(errors="replace")
    except OSError:
        return Holder(GpuProcess(pid, _UNSEEN), seen=False)
    return Holder(GpuProcess(pid, name or _UNSEEN), frozenset(_CONTAINER.findall(groups)))


def strangers(
    holders: Iterable[Holder], ours: frozenset[str], unseen_before: frozenset[int]
) -> tuple[GpuProcess, ...]:
    """Those that are in none of our containers. One that cannot be seen counts from the second time on: most such have
    just ended."""
    return tuple(
        each.process
        for each in sorted(holders, key=lambda one: one.pid)
        if (each.pid in unseen_before if not each.seen else not each.containers & ours)
    )
