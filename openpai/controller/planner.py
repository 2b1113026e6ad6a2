"""Brings the scheduler into agreement with what is kept of all jobs: it is a cache of that, and never the truth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpai.backends.contract import ObservedTask, Phase
from openpai.lifecycle.records import Cells, JobRun, TaskAttempt
from openpai.lifecycle.states import TaskState
from openpai.protocol.job import Job
from openpai.runtime.demand import ANY_NODE, Only, Skus, gang_name, gangs_of, task_name
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, GangState, Placement, TaskPlace
from openpai.scheduler.queue import NO_TURNS, Turns
from openpai.scheduler.sharing import NO_RULES, Rules

Runs = Sequence[tuple[JobRun, Job]]

HOLDING = frozenset({TaskState.PREPARING, TaskState.RUNNING, TaskState.STOPPING})


@dataclass(frozen=True, slots=True)
class Grounds:
    """What placing is grounded on: the cluster, and what of it is bad now.

    `bad_nodes` and `bad_leaves` get nothing new; tasks on `drained` nodes have to leave too. `only`: job id → role →
    the nodes whose driver and GPUs its image runs on; a role that is not in it can run anywhere. `gpus`: node → the
    UUIDs of its GPUs, by the addresses of their leaf cells. `rules`: how users share.
    """

    cluster: Cluster
    bad_nodes: frozenset[str] = frozenset()
    bad_leaves: frozenset[tuple[str, int]] = frozenset()
    drained: frozenset[str] = frozenset()
    only: Mapping[str, Only] = field(default_factory=dict)
    gpus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Rules = NO_RULES

    def gpus_of(self, cells: Cells) -> tuple[str, ...]:
        """The UUIDs of the GPUs that these cells are: all that are cells of the task, even if it asked for fewer and
        more of something else."""
        sku, there = self.cluster.skus.get(cells.sku), self.gpus.get(cells.node, ())
        if sku is None or not sku.gpu:
            return ()
        return tuple(there[leaf] for leaf in sorted(cells.leaves) if leaf < len(there))


@dataclass(slots=True)
class _Claim:
    """What a gang has, or has reserved, by the records of its tasks."""

    gang: Gang
    cells: dict[str, Cells]
    reserved: bool


class Planner:
    """Keeps a scheduler from one pass to the next, and how the last `turns` were. Where the scheduler does not agree
    with the records, it is made anew of them: after a restart, a change of the cluster, a failed save."""

    def __init__(self) -> None:
        self._scheduler = Scheduler(Cluster())
        self._empty = self._scheduler
        self._elsewhere: frozenset[tuple[str, str]] = frozenset()  # gang and task: on no cell of this cluster
        self.turns: Turns = NO_TURNS
        self.told: dict[str, tuple[object, int]] = {}

    @property
    def scheduler(self) -> Scheduler:
        """As of the last `sync`, and what was decided since."""
        return self._scheduler

    @property
    def empty(self) -> Scheduler:
        """A scheduler of the same cluster in which nothing runs. Leave it so."""
        if self._empty.cluster is not self._scheduler.cluster:
            self._empty = Scheduler(self._scheduler.cluster)
        return self._empty

    def sync(self, runs: Runs, seen: Mapping[str, ObservedTask], grounds: Grounds) -> Scheduler:
        """The scheduler in agreement with these live jobs, oldest first."""
        claims = _claims(runs, seen, grounds)
        if self._scheduler.cluster != grounds.cluster or not self._drop_what_ended(claims):
            self._scheduler = rebuilt(grounds.cluster, claims)
            self._elsewhere = _elsewhere(self._scheduler, claims)
            self.turns = NO_TURNS
        self._scheduler.set_bad(grounds.bad_nodes, grounds.bad_leaves)
        return self._scheduler

    def _drop_what_ended(self, claims: Mapping[str, _Claim]) -> bool:
        """Release what is claimed no more. False where something is claimed that the scheduler does not know of."""
        scheduler = self._scheduler
        for name, held in list(scheduler.held.items()):
            claim = claims.get(name)
            if claim is None or claim.reserved != (held.state == GangState.PREEMPTING):
                scheduler.release(name)
            elif gone := held.placement.tasks.keys() - claim.cells.keys():
                scheduler.release(name, sorted(gone))
        for name, claim in claims.items():
            cells = {task: each for task, each in claim.cells.items() if (name, task) not in self._elsewhere}
            known = scheduler.held.get(name)
            if cells and (known is None or not _agree(known.placement, cells)):
                return False
        return True


def rebuilt(cluster: Cluster, claims: Mapping[str, _Claim]) -> Scheduler:
    """A scheduler of what is claimed: what runs first, the more urgent first; then what is reserved."""
    scheduler = Scheduler(cluster)
    ordered = sorted(claims.values(), key=lambda claim: (claim.reserved, -claim.gang.priority))
    for claim in ordered:
        restore = scheduler.restore_reservation if claim.reserved else scheduler.restore
        restore(claim.gang, _placement(claim.cells))
    return scheduler


def _elsewhere(scheduler: Scheduler, claims: Mapping[str, _Claim]) -> frozenset[tuple[str, str]]:
    """What runs on machines that are not in the cluster any more: nothing is to be made anew for it at each pass."""
    found: set[tuple[str, str]] = set()
    for name, claim in claims.items():
        held = scheduler.held.get(name)
        placed = held.placement.tasks.keys() if held else set()
        found.update((name, task) for task in claim.cells if task not in placed)
    return frozenset(found)


def holds(task: TaskAttempt, seen: Mapping[str, ObservedTask]) -> bool:
    """Whether a task has its cells: until its container was seen to have ended."""
    ended = task.uid in seen and seen[task.uid].phase in (Phase.ENDING, Phase.EXITED)
    return task.state in HOLDING and task.cells is not None and not ended


def cells_of(place: TaskPlace, placement: Placement) -> Cells:
    """A place as it is kept with its task."""
    return Cells(place.node, placement.chain, placement.leaf_type, place.leaves, place.preassigned)


def _claims(runs: Runs, seen: Mapping[str, ObservedTask], grounds: Grounds) -> dict[str, _Claim]:
    claims: dict[str, _Claim] = {}
    for run, job in runs:
        for reserved in (False, True):
            tasks = [task for task in run.tasks if _claims_cells(task, seen, reserved=reserved)]
            cells: dict[str, dict[str, Cells]] = {}
            for task in tasks:
                if task.cells:
                    gang_of_it = gang_name(run.id, job, task.role, task.index)
                    cells.setdefault(gang_of_it, {})[task_name(task.role, task.index)] = task.cells
            only = grounds.only.get(run.id, ANY_NODE)
            for gang in _gangs(run, job, tasks, grounds.cluster.skus, only):
                claims.setdefault(gang.name, _Claim(gang, cells[gang.name], reserved))
    return claims


def _claims_cells(task: TaskAttempt, seen: Mapping[str, ObservedTask], *, reserved: bool) -> bool:
    return (task.state == TaskState.QUEUED and task.cells is not None) if reserved else holds(task, seen)


def _gangs(run: JobRun, job: Job, tasks: Iterable[TaskAttempt], skus: Skus, only: Only) -> list[Gang]:
    return gangs_of(run.id, job, [(task.role, task.index) for task in tasks], skus, only)


def _agree(placement: Placement, cells: Mapping[str, Cells]) -> bool:
    """Whether the tasks are where the records say. Which cell of its virtual cluster each is charged to may change."""
    return placement.tasks.keys() == cells.keys() and all(
        (place.node, set(place.leaves)) == (cells[task].node, set(cells[task].leaves))
        for task, place in placement.tasks.items()
    )


def _placement(cells: Mapping[str, Cells]) -> Placement:
    """Where the tasks are: in one chain; where a machine has moved to another since, its cells are found there."""
    first = next(iter(cells.values()))
    places = {task: TaskPlace(each.node, each.leaves, each.charged) for task, each in cells.items()}
    return Placement(first.chain, first.sku, places)
