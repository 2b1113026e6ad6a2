"""Gives waiting jobs their nodes, networks and addresses. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from openpai.backends.contract import ObservedTask, Phase
from openpai.controller.situation import Situation
from openpai.errors import PaiError
from openpai.lifecycle.records import Event, JobRun, Network, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job, step_task
from openpai.protocol.job import Job
from openpai.runtime.demand import gang_of, task_resources
from openpai.runtime.network import lease_addresses, lease_subnet, shared_subnet
from openpai.scheduler.explain import Reason, explain
from openpai.scheduler.resources import NOTHING, Resources
from openpai.scheduler.schedule import Placed, Waits, schedule

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


def place(
    runs: Sequence[tuple[JobRun, Job]], situation: Situation
) -> tuple[dict[str, tuple[JobRun, list[Event]]], dict[str, Reason]]:
    """The jobs that start now, by id, and why the others wait. `runs`: all live jobs, oldest first."""
    waiting = {run.id: (run, job) for run, job in runs if run.state == JobState.QUEUED}
    if not waiting:
        return {}, {}
    queue = [gang_of(run.id, job.task_roles, situation.only.get(run.id)) for run, job in waiting.values()]
    holding = held(runs, situation.observation.tasks)
    reasons: dict[str, Reason] = {}
    while True:
        leases = _Leases([*(run for run, _ in runs), *situation.unreadable], situation)
        placed: dict[str, tuple[JobRun, list[Event]]] = {}
        exhausted: dict[str, Reason] = {}
        for job_id, decision in schedule(queue, situation.nodes, holding).items():
            match decision:
                case Waits():
                    behind = waiting[decision.behind][0].full_name if decision.behind else None
                    reasons[job_id] = explain(decision, behind)
                case Placed(nodes):
                    try:
                        placed[job_id] = _placed(waiting[job_id][0], nodes, leases, situation.now)
                    except PaiError as error:
                        exhausted[job_id] = Reason(error.first.code, error.first.params)
        if not exhausted:
            return placed, {job_id: reason for job_id, reason in reasons.items() if job_id not in placed}
        reasons |= exhausted
        queue = [gang for gang in queue if gang.name not in exhausted]  # they shall keep nobody else waiting


def _placed(run: JobRun, nodes: Mapping[str, str], leases: "_Leases", now: int) -> tuple[JobRun, list[Event]]:
    network, addresses = leases.take(run)
    tasks = tuple(
        replace(
            task,
            state=step_task(task.uid, task.state, TaskState.PREPARING),
            node=nodes[_task_name(task)],
            address=address,
            placed_at=now,
        )
        for task, address in zip(run.tasks, addresses, strict=True)
    )
    run = replace(
        run,
        tasks=tasks,
        attempt=replace(run.attempt, network=network),
        state=step_job(run.full_name, run.state, JobState.PREPARING),
    )
    used = ", ".join(sorted(set(nodes.values())))
    return run, [Event(now, "JobPlaced", {"nodes": used, "attempt": run.attempt.index})]


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
