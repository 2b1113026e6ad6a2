"""Gives waiting jobs their nodes, networks and addresses. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from openpai.backends.contract import ObservedTask, Phase
from openpai.controller.situation import Situation
from openpai.errors import PaiError, Params
from openpai.lifecycle.records import Event, JobRun, Network, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job, step_task
from openpai.protocol.job import Job
from openpai.runtime.demand import gangs_of, task_resources
from openpai.runtime.network import lease_addresses, lease_subnet, shared_subnet
from openpai.scheduler.fifo_reason import Reason, explain
from openpai.scheduler.resources import NOTHING, Resources
from openpai.scheduler.fifo import Decision, Gang, Placed, Waits, schedule

_SUBNET = re.compile(r"-(\d+\.\d+\.\d+\.\d+)-(\d+)$")
NOTHING_SEEN: Mapping[str, ObservedTask] = {}

_HOLDING = frozenset({TaskState.PREPARING, TaskState.RUNNING, TaskState.STOPPING})


def held(
    runs: Iterable[tuple[JobRun, Job]], seen: Mapping[str, ObservedTask] = NOTHING_SEEN
) -> dict[str, Resources]:
    """Node → what tasks hold there. A task holds its place until its container was seen to have ended."""
    amounts: dict[str, Resources] = {}
    for run, job in runs:
        for task in run.tasks:
            ended = task.uid in seen and seen[task.uid].phase in (Phase.ENDING, Phase.EXITED)
            if task.state in _HOLDING and task.node is not None and not ended:
                needs = task_resources(job.task_roles[task.role])
                amounts[task.node] = amounts.get(task.node, NOTHING) + needs
    return amounts


def waits_for_place(run: JobRun) -> bool:
    """Whether a task of the job has no place yet."""
    return any(task.state == TaskState.QUEUED for task in run.tasks)


def waiting_gangs(
    name: str, run: JobRun, job: Job, now: int, only: Mapping[str, frozenset[str]] | None
) -> list[Gang]:
    """What of the job waits for a place at this moment; all named by `name` (see `gangs_of`)."""
    due = [t for t in run.tasks if t.state == TaskState.QUEUED and (t.due_at or 0) <= now]
    return gangs_of(name, job, [(task.role, task.index) for task in due], only) if due else []


def place(
    runs: Sequence[tuple[JobRun, Job]], situation: Situation
) -> tuple[dict[str, tuple[JobRun, list[Event]]], dict[str, Reason]]:
    """The jobs of which something starts now, by id, and why the others wait. `runs`: all live jobs, oldest first."""
    waiting = {run.id: run for run, _ in runs if waits_for_place(run)}
    if not waiting:
        return {}, {}
    queue = [
        gang
        for run, job in runs
        if run.id in waiting
        for gang in waiting_gangs(run.id, run, job, situation.now, situation.only.get(run.id))
    ]
    holding = held(runs, situation.observation.tasks)
    exhausted: dict[str, Reason] = {}
    while True:
        leases = _Leases([*(run for run, _ in runs), *situation.unreadable], situation)
        nodes, waits = _sorted_out(schedule(queue, situation.nodes, holding))
        placed: dict[str, tuple[JobRun, list[Event]]] = {}
        short: dict[str, Reason] = {}
        for job_id, places in nodes.items():
            try:
                placed[job_id] = _placed(waiting[job_id], places, leases, situation.now)
            except PaiError as error:
                short[job_id] = Reason(error.first.code, error.first.params)
        exhausted |= short
        if not short:
            reasons = {job_id: _explained(decision, waiting) for job_id, decision in waits.items()}
            return placed, reasons | exhausted
        # they shall keep nobody else waiting
        queue = [gang for gang in queue if _job_of(gang.name) not in exhausted]


def _explained(decision: Waits, waiting: Mapping[str, JobRun]) -> Reason:
    return explain(decision, waiting[_job_of(decision.behind)].full_name if decision.behind else None)


def _sorted_out(decisions: Mapping[str, Decision]) -> tuple[dict[str, dict[str, str]], dict[str, Waits]]:
    """By job: the nodes of the tasks that start, and what the first that does not waits for."""
    nodes: dict[str, dict[str, str]] = {}
    waits: dict[str, Waits] = {}
    for gang, decision in decisions.items():
        match decision:
            case Waits():
                waits.setdefault(_job_of(gang), decision)
            case Placed(places):
                nodes.setdefault(_job_of(gang), {}).update(places)
    return nodes, waits


def _job_of(gang: str) -> str:
    return gang.partition("/")[0]


def _placed(run: JobRun, nodes: Mapping[str, str], leases: "_Leases", now: int) -> tuple[JobRun, list[Event]]:
    happened: list[Event] = []
    if run.state == JobState.QUEUED:
        used = ", ".join(sorted(set(nodes.values())))
        happened.append(Event(now, "JobPlaced", {"nodes": used, "attempt": run.attempt.index}))
        run = replace(run, state=step_job(run.full_name, run.state, JobState.PREPARING))
    if run.attempt.network is None or run.attempt.network.shared:
        run = _addressed(run, leases)
    tasks = tuple(_with_place(task, nodes.get(_task_name(task)), now, happened) for task in run.tasks)
    return replace(run, tasks=tasks), happened


def _addressed(run: JobRun, leases: "_Leases") -> JobRun:
    """The job in its network, with an address for each of its tasks, also for those that wait on: it is theirs."""
    network, addresses = leases.take(run)
    tasks = (replace(task, address=address) for task, address in zip(run.tasks, addresses, strict=True))
    return replace(run, tasks=tuple(tasks), attempt=replace(run.attempt, network=network))


def _with_place(task: TaskAttempt, node: str | None, now: int, happened: list[Event]) -> TaskAttempt:
    if node is None:
        return task
    where: Params = {"role": task.role, "index": task.index, "node": node}
    happened.append(Event(now, "TaskPlaced", where, task.uid))
    state = step_task(task.uid, task.state, TaskState.PREPARING)
    return replace(task, state=state, node=node, placed_at=now)


def _task_name(task: TaskAttempt) -> str:
    return f"{task.role}-{task.index}"


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
