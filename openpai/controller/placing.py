"""Gives waiting jobs their cells, networks and addresses, and takes cells from those that must give way. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openpai.controller.giving_way import give_way
from openpai.controller.planner import HOLDING, Grounds, Planner, cells_of
from openpai.controller.situation import Situation
from openpai.errors import PaiError, Params
from openpai.lifecycle.records import Cells, Diagnosis, Event, JobRun, Network, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job, step_task
from openpai.protocol.job import Job
from openpai.runtime.demand import ANY_NODE, gang_name, gangs_of, job_of, task_name
from openpai.runtime.network import lease_addresses, lease_subnet, shared_subnet
from openpai.runtime.waiting import reason_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Decision, GangState, Placement, Preempt, Start
from openpai.scheduler.queue import Waiting, take_turns
from openpai.scheduler.reason import Reason
from openpai.scheduler.sharing import NO_RULES, Shares

_SUBNET = re.compile(r"-(\d+\.\d+\.\d+\.\d+)-(\d+)$")

Runs = Sequence[tuple[JobRun, Job]]

_MOST_REASONS = 100


@dataclass(slots=True)
class Placing:
    """All live jobs, oldest first, as they are after placing; what happened to those that changed, and why others
    wait, by job id."""

    runs: dict[str, tuple[JobRun, Job]]
    happened: dict[str, list[Event]] = field(default_factory=dict)
    waits: dict[str, Reason] = field(default_factory=dict)

    def change(self, run: JobRun, *happened: Event) -> None:
        """A job is different from now on."""
        before, job = self.runs[run.id]
        if run != before or happened:
            self.runs[run.id] = run, job
            self.happened.setdefault(run.id, []).extend(happened)


def waits_for_place(run: JobRun) -> bool:
    """Whether a task of the job has no place yet."""
    return any(task.state == TaskState.QUEUED for task in run.tasks)


def place(runs: Runs, situation: Situation, planner: Planner) -> Placing:
    """What starts, what has to end for it, and why the rest waits. `runs`: all live jobs, oldest first."""
    placing = Placing({run.id: (run, job) for run, job in runs})
    exhausted: dict[str, Reason] = {}
    while True:
        scheduler = planner.sync([*placing.runs.values()], situation.observation.tasks, situation.grounds)
        waiting = waiting_gangs([*placing.runs.values()], situation.grounds, situation.now)
        queue = [each for each in waiting if job_of(each.gang.name) not in exhausted]
        shares = _shares(scheduler, placing, situation.grounds)
        turns = planner.turns = take_turns(scheduler, queue, planner.turns, shares)
        decisions = turns.decisions
        short = _begin(placing, decisions, situation, scheduler)
        for job_id in short:
            _forget(scheduler, decisions, job_id)
        exhausted |= short
        _follow(placing, scheduler, situation)
        emptied = _empty_nodes(placing, situation)
        freed = _make_way(placing, decisions, situation) or emptied
        if not short and not freed:  # who found no address shall keep nobody else waiting
            placing.waits = _waits(placing, decisions) | exhausted
            _tell_new_reasons(placing, planner, situation.now)
            return placing
        if freed:
            exhausted = {}  # with an attempt its network may have ended


def _shares(scheduler: Scheduler, placing: Placing, grounds: Grounds) -> Shares | None:
    if grounds.rules == NO_RULES:
        return None
    return Shares(scheduler, grounds.rules, lambda gang: placing.runs[job_of(gang)][0].user)


def waiting_gangs(runs: Runs, grounds: Grounds, now: int) -> list[Waiting]:
    """The gangs that wait, of tasks that are due."""
    waiting = []
    for run, job in runs:
        due = [t for t in run.tasks if t.state == TaskState.QUEUED and (t.due_at or 0) <= now]
        if due:
            only = grounds.only.get(run.id, ANY_NODE)
            tasks = [(task.role, task.index) for task in due]
            waiting += [
                Waiting(gang, run.turn) for gang in gangs_of(run.id, job, tasks, grounds.cluster.skus, only)
            ]
    return waiting


def _begin(
    placing: Placing, decisions: Mapping[str, Decision], situation: Situation, scheduler: Scheduler
) -> dict[str, Reason]:
    """What starts has its cells, and an address; why some have none, by job."""
    leases = _Leases([*(run for run, _ in placing.runs.values()), *situation.unreadable], situation)
    starting: dict[str, dict[str, Placement]] = {}
    for gang, decision in decisions.items():
        if isinstance(decision, Start):
            starting.setdefault(job_of(gang), {})[gang] = decision.placement
    short: dict[str, Reason] = {}
    for job_id, placements in starting.items():
        run, job = placing.runs[job_id]
        cells = {
            task: each
            for placement in placements.values()
            for task, each in _by_task(placement, situation.grounds).items()
        }
        try:
            run, happened = _placed(run, cells, leases, situation.now)
            if job.gang:
                happened += [_why_there(gang, scheduler, situation.now) for gang in placements]
        except PaiError as error:
            short[job_id] = Reason(error.first.code, error.first.params)
        else:
            placing.change(run, *happened)
    return short


def _why_there(gang: str, scheduler: Scheduler, now: int) -> Event:
    """What a gang that starts has, how near together, and by which right."""
    held, where = scheduler.held[gang], scheduler.whereabouts(gang)
    has: Params = {
        "count": sum(len(place.leaves) for place in held.placement.tasks.values()),
        "sku": held.placement.leaf_type,
        "cell": where.cell,
        "number": where.number,
        "others": len({job_of(name) for name in where.neighbours} - {job_of(gang)}),
        "virtual_cluster": held.gang.virtual_cluster,
        "priority": held.gang.priority,
    }
    return Event(now, "JobHasIdleCells" if held.gang.priority < 0 else "JobHasCells", has)


def _by_task(placement: Placement, grounds: Grounds) -> dict[str, Cells]:
    found = {task: cells_of(each, placement) for task, each in placement.tasks.items()}
    return {task: replace(cells, gpus=grounds.gpus_of(cells)) for task, cells in found.items()}


def _forget(scheduler: Scheduler, decisions: Mapping[str, Decision], job_id: str) -> None:
    for gang in decisions:
        if job_of(gang) == job_id:
            scheduler.release(gang)


def _follow(placing: Placing, scheduler: Scheduler, situation: Situation) -> None:
    """What is kept of tasks says what the scheduler says of their cells: to whose promise they are charged, and which
    ones are reserved."""
    for run, job in list(placing.runs.values()):
        happened: list[Event] = []
        tasks = tuple(_followed(task, run, job, scheduler, situation, happened) for task in run.tasks)
        if tasks != run.tasks:
            placing.change(replace(run, tasks=tasks), *happened)


def _followed(
    task: TaskAttempt,
    run: JobRun,
    job: Job,
    scheduler: Scheduler,
    situation: Situation,
    happened: list[Event],
) -> TaskAttempt:
    if task.state != TaskState.QUEUED and not (task.state in HOLDING and task.cells):
        return task
    held = scheduler.held.get(gang_name(run.id, job, task.role, task.index))
    place = held.placement.tasks.get(task_name(task.role, task.index)) if held else None
    if held is None or place is None:
        return replace(task, cells=None) if task.state == TaskState.QUEUED else task
    if (held.state == GangState.PREEMPTING) != (task.state == TaskState.QUEUED):
        return task
    cells = cells_of(place, held.placement)
    same = task.cells is not None and task.cells.node == cells.node and task.cells.leaves == cells.leaves
    cells = replace(cells, gpus=task.cells.gpus if same and task.cells else situation.grounds.gpus_of(cells))
    if task.cells and cells.on_idle and not task.cells.on_idle and task.state != TaskState.QUEUED:
        who: Params = {"role": task.role, "index": task.index, "node": cells.node}
        happened.append(Event(situation.now, "TaskOnIdleCells", who, task.uid, warning=True))
    return task if task.cells == cells else replace(task, cells=cells)


def _make_way(placing: Placing, decisions: Mapping[str, Decision], situation: Situation) -> bool:
    """Those whose cells others have reserved are told to end; whether any of them has ended at once."""
    freed = False
    for gang, decision in decisions.items():
        if isinstance(decision, Preempt):
            by, its_job = placing.runs[job_of(gang)]
            cause = Diagnosis("Preempted", {"by": by.full_name, "priority": its_job.priority})
            for victim in decision.victims:
                freed |= _end(placing, victim, cause, situation)
    return freed


def _end(placing: Placing, gang: str, cause: Diagnosis, situation: Situation) -> bool:
    run, job = placing.runs[job_of(gang)]
    uids = {task.uid for task in run.tasks if gang_name(run.id, job, task.role, task.index) == gang}
    return _give_way(placing, run, job, uids, cause, situation)


def _empty_nodes(placing: Placing, situation: Situation) -> bool:
    """Tasks on nodes that are being emptied are told to end; whether any of them has ended at once."""
    freed = False
    for run, job in list(placing.runs.values()) if situation.grounds.drained else ():
        for node in sorted({task.node for task in run.tasks if task.node in situation.grounds.drained}):
            uids = {task.uid for task in run.tasks if task.node == node}
            freed |= _give_way(
                placing, run, job, uids, Diagnosis("NodeDrained", {"node": str(node)}), situation
            )
    return freed


def _give_way(
    placing: Placing, run: JobRun, job: Job, uids: set[str], cause: Diagnosis, situation: Situation
) -> bool:
    """Whether a task of the job ended at once."""
    happened: list[Event] = []
    after = give_way(run, job, uids, cause, situation, happened)
    placing.change(after, *happened)
    ended = {task.uid for task in run.tasks if is_final(task.state)}
    return any(is_final(task.state) and task.uid not in ended for task in after.tasks)


def _waits(placing: Placing, decisions: Mapping[str, Decision]) -> dict[str, Reason]:
    """Why a job waits: what the first of its gangs that do waits for."""
    names = {run.id: run.full_name for run, _ in placing.runs.values()}
    waits: dict[str, Reason] = {}
    for gang, decision in decisions.items():
        if not isinstance(decision, Start):
            _, job = placing.runs[job_of(gang)]
            waits.setdefault(job_of(gang), reason_of(decision, job, names))
    return waits


def _tell_new_reasons(placing: Placing, planner: Planner, now: int) -> None:
    """What a job waits for becomes an event when it is another reason than before, or another job's sake: a history
    that tells why it waited so long. It is bounded, as reasons may take turns."""
    told, planner.told = planner.told, {}
    for job_id, reason in placing.waits.items():
        key = (reason.code, reason.params.get("behind"), reason.params.get("jobs"))
        before, count = told.get(job_id, (None, 0))
        if key != before and count < _MOST_REASONS and job_id in placing.runs:
            placing.change(
                placing.runs[job_id][0], Event(now, "JobWaits", {**reason.params, "cause": reason.code})
            )
            count += 1
        planner.told[job_id] = key, count


def _placed(
    run: JobRun, cells: Mapping[str, Cells], leases: "_Leases", now: int
) -> tuple[JobRun, list[Event]]:
    happened: list[Event] = []
    if run.state == JobState.QUEUED:
        used = ", ".join(sorted({each.node for each in cells.values()}))
        happened.append(Event(now, "JobPlaced", {"nodes": used, "attempt": run.attempt.index}))
        run = replace(run, state=step_job(run.full_name, run.state, JobState.PREPARING))
    if run.attempt.network is None or run.attempt.network.shared:
        run = _addressed(run, leases)
    tasks = tuple(
        _with_place(task, cells.get(task_name(task.role, task.index)), now, happened) for task in run.tasks
    )
    return replace(run, tasks=tasks), happened


def _addressed(run: JobRun, leases: "_Leases") -> JobRun:
    """The job in its network, with an address for each of its tasks, also for those that wait on: it is theirs."""
    network, addresses = leases.take(run)
    tasks = (replace(task, address=address) for task, address in zip(run.tasks, addresses, strict=True))
    return replace(run, tasks=tuple(tasks), attempt=replace(run.attempt, network=network))


def _with_place(task: TaskAttempt, cells: Cells | None, now: int, happened: list[Event]) -> TaskAttempt:
    if cells is None:
        return task
    where: Params = {
        "role": task.role,
        "index": task.index,
        "node": cells.node,
        "sku": cells.sku,
        "cells": ", ".join(map(str, cells.leaves)),
    }
    happened.append(Event(now, "TaskPlaced", where, task.uid))
    state = step_task(task.uid, task.state, TaskState.PREPARING)
    return replace(task, state=state, node=cells.node, cells=cells, placed_at=now)


class _Leases:
    """The addresses and subnets in use; what is taken in this pass counts at once."""

    def __init__(self, runs: Iterable[JobRun], situation: Situation) -> None:
        self._pool = situation.policy.network_pool
        self._shared = Network("shared", shared_subnet(self._pool), shared=True)
        self._addresses: set[str] = set()
        networks = situation.observation.networks  # those of ended attempts are in use until they are removed
        self._subnets = {subnet for name in networks if (subnet := _subnet_of(name))}
        for run in runs:
            network = run.attempt.network
            if network and network.shared:
                self._addresses.update(t.address for t in run.tasks if t.address and not is_final(t.state))
            elif network and not is_final(run.state):
                self._subnets.add(network.subnet)

    def take(self, run: JobRun) -> tuple[Network, tuple[str, ...]]:
        """The network of this attempt, and an address for each of its tasks. Raises NetworkPoolExhausted."""
        if len(run.tasks) == 1:
            addresses = lease_addresses(self._shared.subnet, self._addresses, 1)
            self._addresses.update(addresses)
            return self._shared, addresses
        subnet = lease_subnet(self._pool, self._subnets, len(run.tasks))
        self._subnets.add(subnet)
        network = Network(_network_name(run, subnet), subnet, shared=False)
        return network, lease_addresses(subnet, (), len(run.tasks))


def _network_name(run: JobRun, subnet: str) -> str:
    """It tells the subnet: a network whose attempt is gone still shows what it holds."""
    return f"{run.id[:16]}-{run.attempt.index}-{subnet.replace('/', '-')}"


def _subnet_of(network: str) -> str | None:
    """
    >>> _subnet_of("0123456789abcdef-0-10.210.16.0-28"), _subnet_of("another")
    ('10.210.16.0/28', None)
    """
    match = _SUBNET.search(network)
    return f"{match[1]}/{match[2]}" if match else None
