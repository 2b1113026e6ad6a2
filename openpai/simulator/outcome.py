"""What came of a trace: each job's way, and how full the cluster was. Times in seconds, as the trace counts them."""

from dataclasses import dataclass

from openpai.simulator.trace import TraceJob


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """`waited`: all its time in the queue. `started`: its last start, None where it never began. `preempted`: how often
    it was ended for another and began anew; `lost`: the cell-seconds of those runs. `fits`: whether the cluster could
    ever have run it."""

    job: TraceJob
    waited: float = 0.0
    started: float | None = None
    preempted: int = 0
    lost: float = 0.0
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """The cluster from this time to the next moment: cells in use, cells that are free on nodes partly in use, and the
    cells that waiting jobs ask for."""

    time: float
    used: int
    scattered: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came of one run. `cells`: how many there are. `jobs` in the order of the trace."""

    cells: int
    jobs: tuple[JobOutcome, ...]
    moments: tuple[Moment, ...]
