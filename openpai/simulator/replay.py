"""A trace on a virtual clock: time leaps from event to event, and after each the waiting jobs take their turns.

The events are submissions and ends. A job runs as long as the trace says. One that is preempted leaves at once, loses
what it did, and waits again in its old place of the queue; nothing is saved in between, which is the worst case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import Gang, Placement, Preempt, Start
from openpai.simulator.occupancy import Occupancy
from openpai.simulator.outcome import JobOutcome, Moment, Outcome
from openpai.simulator.policies import Policy, counted_types
from openpai.simulator.queue import Queue, Shape, Waiting, shape_of
from openpai.simulator.trace import TraceJob

Progress = Callable[[int], None]
"""Told how many jobs have ended or can never start."""


@dataclass(slots=True)
class _Way:
    """What became of a job so far. `since`: when it came into the queue; `run`: its runs so far."""

    since: float
    waited: float = 0.0
    started: float | None = None
    runs: int = 0
    lost: float = 0.0
    fits: bool = True


@dataclass(frozen=True, slots=True)
class _Running:
    waiting: Waiting
    placement: Placement


def replay(
    jobs: Sequence[TraceJob], cluster: Cluster, policy: Policy, progress: Progress = lambda done: None
) -> Outcome:
    """What becomes of the jobs, which are in the order of their submission, on this cluster under this policy."""
    return _Replay(jobs, cluster, policy, progress).outcome()


class _Replay:
    def __init__(
        self, jobs: Sequence[TraceJob], cluster: Cluster, policy: Policy, progress: Progress
    ) -> None:
        self._jobs = jobs
        self._types = counted_types(cluster)
        self._virtual_clusters = frozenset(cluster.virtual_clusters)
        self._engine = policy.engine(cluster)
        self._empty = policy.engine(cluster)
        counted = (each for each in policy.machines(cluster) if each.leaf_type in self._types)
        self._occupancy = Occupancy(counted)
        self._progress = progress
        self._fits: dict[Shape, bool] = {}
        self._ways = [_Way(job.submitted) for job in jobs]
        self._queue = Queue()
        self._running: dict[str, _Running] = {}
        self._ends: list[tuple[float, int, int]] = []
        self._moments: list[Moment] = []
        self._done = 0
        self._now = 0.0

    def outcome(self) -> Outcome:
        come = 0
        while come < len(self._jobs) or self._ends:
            next_end = self._ends[0][0] if self._ends else float("inf")
            now = min(self._jobs[come].submitted, next_end) if come < len(self._jobs) else next_end
            self._now = now
            self._end_all()
            while come < len(self._jobs) and self._jobs[come].submitted <= now:
                self._submit(come)
                come += 1
            self._queue.take_turns(self._start)
            self._note()
        outcomes = (_outcome(job, way) for job, way in zip(self._jobs, self._ways, strict=True))
        return Outcome(self._occupancy.cells, tuple(outcomes), tuple(self._moments))

    def _submit(self, number: int) -> None:
        job = self._jobs[number]
        waiting = Waiting(number, job, _gang(str(number), job, self._types))
        if self._can_ever_start(waiting):
            self._queue.add(waiting)
        else:
            self._ways[number].fits = False
            self._count()

    def _can_ever_start(self, waiting: Waiting) -> bool:
        """Whether it would start in the empty cluster."""
        shape = shape_of(waiting.job)
        if shape not in self._fits:
            known = waiting.job.virtual_cluster in self._virtual_clusters
            self._fits[shape] = known and isinstance(self._empty.decide(waiting.gang), Start)
        return self._fits[shape]

    def _start(self, waiting: Waiting) -> bool:
        decision = self._engine.decide(waiting.gang)
        while isinstance(decision, Preempt):
            self._engine.apply(waiting.gang, decision)
            for victim in decision.victims:
                self._end_for_another(victim)
            decision = self._engine.decide(waiting.gang)
        if not isinstance(decision, Start):
            return False
        self._engine.apply(waiting.gang, decision)
        self._occupancy.add(decision.placement)
        self._running[waiting.gang.name] = _Running(waiting, decision.placement)
        way = self._ways[waiting.number]
        way.waited += self._now - way.since
        way.started = self._now
        way.runs += 1
        heappush(self._ends, (self._now + waiting.job.duration, waiting.number, way.runs))
        return True

    def _end_all(self) -> None:
        while self._ends and self._ends[0][0] <= self._now:
            _, number, run = heappop(self._ends)
            name = str(number)
            if name in self._running and self._ways[number].runs == run:
                self._leave(name)
                self._count()

    def _end_for_another(self, name: str) -> None:
        waiting = self._leave(name)
        way = self._ways[waiting.number]
        assert way.started is not None
        way.lost += (self._now - way.started) * waiting.job.cells
        way.since = self._now
        self._queue.add(waiting)

    def _leave(self, name: str) -> Waiting:
        running = self._running.pop(name)
        self._engine.release(name)
        self._occupancy.remove(running.placement)
        return running.waiting

    def _note(self) -> None:
        moment = Moment(self._now, self._occupancy.used, self._occupancy.scattered, self._queue.cells)
        self._moments.append(moment)

    def _count(self) -> None:
        self._done += 1
        self._progress(self._done)


def _gang(name: str, job: TraceJob, types: Sequence[str]) -> Gang:
    tasks = {str(number): cells for number, cells in enumerate(job.tasks)}
    needs = dict.fromkeys([job.sku] if job.sku else types, tasks)
    return Gang(name, job.virtual_cluster, job.priority, needs)


def _outcome(job: TraceJob, way: _Way) -> JobOutcome:
    return JobOutcome(job, way.waited, way.started, max(way.runs - 1, 0), way.lost, way.fits)
