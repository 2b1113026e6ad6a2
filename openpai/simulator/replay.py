"""A trace on a virtual clock: time leaps from event to event, and after each the waiting jobs take their turns.

The events are submissions and ends. A job runs as long as the trace says. One that is preempted leaves at once, loses
what it did, and waits again in its old place of the queue; nothing is saved in between, which is the worst case.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import cast

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Placement, Start
from openpai.scheduler.queue import NO_TURNS, Waiting, take_turns
from openpai.simulator.at_once import AtOnce
from openpai.simulator.occupancy import Occupancy
from openpai.simulator.outcome import JobOutcome, Moment, Outcome
from openpai.simulator.policies import Policy, counted_types
from openpai.simulator.trace import TraceJob

Progress = Callable[[int], None]
"""Told how many jobs have ended or can never start."""

_Shape = tuple[str, int, tuple[int, ...], str | None]


@dataclass(slots=True)
class _Way:
    """What became of a job so far. `since`: when it came into the queue."""

    since: float
    waited: float = 0.0
    started: float | None = None
    runs: int = 0
    lost: float = 0.0
    fits: bool = True


def replay(
    jobs: Sequence[TraceJob], cluster: Cluster, policy: Policy, progress: Progress = lambda done: None
) -> Outcome:
    """What becomes of the jobs, which are in the order of their submission, on this cluster under this policy."""
    return _Replay(jobs, cluster, policy, progress).outcome()


class _Replay:
    """A gang is named by the number of its job, which is also since when it waits: jobs are in this order."""

    def __init__(
        self, jobs: Sequence[TraceJob], cluster: Cluster, policy: Policy, progress: Progress
    ) -> None:
        self._jobs = jobs
        self._types = counted_types(cluster)
        self._virtual_clusters = frozenset(cluster.virtual_clusters)
        self._engine = AtOnce(policy.engine(cluster), self._start, self._end_for_another)
        self._empty = policy.engine(cluster)
        counted = (each for each in policy.machines(cluster) if each.leaf_type in self._types)
        self._occupancy = Occupancy(counted)
        self._progress = progress
        self._fits: dict[_Shape, bool] = {}
        self._ways = [_Way(job.submitted) for job in jobs]
        self._waiting: list[Waiting] = []
        self._waiting_cells = 0
        self._running: dict[str, tuple[Waiting, Placement]] = {}
        self._ends: list[tuple[float, int, int]] = []
        self._moments: list[Moment] = []
        self._preempted = False
        self._turns = NO_TURNS
        self._done = 0
        self._now = 0.0

    def outcome(self) -> Outcome:
        come = 0
        while come < len(self._jobs) or self._ends:
            next_end = self._ends[0][0] if self._ends else float("inf")
            self._now = min(self._jobs[come].submitted, next_end) if come < len(self._jobs) else next_end
            self._end_all()
            while come < len(self._jobs) and self._jobs[come].submitted <= self._now:
                self._submit(come)
                come += 1
            self._take_turns()
            self._moments.append(
                Moment(self._now, self._occupancy.used, self._occupancy.scattered, self._waiting_cells)
            )
        outcomes = (_outcome(job, way) for job, way in zip(self._jobs, self._ways, strict=True))
        return Outcome(self._occupancy.cells, tuple(outcomes), tuple(self._moments))

    def _take_turns(self) -> None:
        """Once more while victims have left room, and wait anew."""
        again = bool(self._waiting)
        while again:
            self._preempted = False
            # take_turns calls what an engine has, and nothing else
            self._turns = take_turns(cast("Scheduler", self._engine), self._waiting, self._turns)
            again = self._preempted

    def _submit(self, number: int) -> None:
        job = self._jobs[number]
        waiting = Waiting(_gang(str(number), job, self._types), (number, ""))
        if self._can_ever_start(job, waiting.gang):
            self._wait(waiting)
        else:
            self._ways[number].fits = False
            self._count()

    def _can_ever_start(self, job: TraceJob, gang: Gang) -> bool:
        """Whether it would start in the empty cluster."""
        shape = (job.virtual_cluster, job.priority, job.tasks, job.sku)
        if shape not in self._fits:
            known = job.virtual_cluster in self._virtual_clusters
            self._fits[shape] = known and isinstance(self._empty.decide(gang), Start)
        return self._fits[shape]

    def _start(self, gang: Gang, placement: Placement) -> None:
        number = int(gang.name)
        waiting = self._waiting.pop(bisect_left(self._waiting, Waiting(gang, (number, "")).turn, key=_turn))
        self._waiting_cells -= self._jobs[number].cells
        self._occupancy.add(placement)
        self._running[gang.name] = (waiting, placement)
        way = self._ways[number]
        way.waited += self._now - way.since
        way.started = self._now
        way.runs += 1
        heappush(self._ends, (self._now + self._jobs[number].duration, number, way.runs))

    def _end_all(self) -> None:
        while self._ends and self._ends[0][0] <= self._now:
            _, number, run = heappop(self._ends)
            name = str(number)
            if name in self._running and self._ways[number].runs == run:
                self._leave(name)
                self._count()

    def _end_for_another(self, name: str) -> None:
        self._preempted = True
        waiting = self._leave(name)
        way = self._ways[int(name)]
        assert way.started is not None
        way.lost += (self._now - way.started) * self._jobs[int(name)].cells
        way.since = self._now
        self._wait(waiting)

    def _leave(self, name: str) -> Waiting:
        waiting, placement = self._running.pop(name)
        self._engine.end(name)
        self._occupancy.remove(placement)
        return waiting

    def _wait(self, waiting: Waiting) -> None:
        insort(self._waiting, waiting, key=_turn)
        self._waiting_cells += self._jobs[int(waiting.gang.name)].cells

    def _count(self) -> None:
        self._done += 1
        self._progress(self._done)


def _turn(waiting: Waiting) -> tuple[int, tuple[int, str], str]:
    return waiting.turn


def _gang(name: str, job: TraceJob, types: Sequence[str]) -> Gang:
    tasks = {str(number): cells for number, cells in enumerate(job.tasks)}
    needs = dict.fromkeys([job.sku] if job.sku else types, tasks)
    return Gang(name, job.virtual_cluster, job.priority, needs)


def _outcome(job: TraceJob, way: _Way) -> JobOutcome:
    return JobOutcome(job, way.waited, way.started, max(way.runs - 1, 0), way.lost, way.fits)
