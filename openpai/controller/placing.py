"""Gives waiting jobs their nodes, networks and addresses. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from openpai.controller.situation import Policy, Situation
from openpai.errors import PaiError
from openpai.lifecycle.records import Event, JobRun, Network, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job, step_task
from openpai.protocol.job import Job
from openpai.runtime.demand import gang_of, task_resources
from openpai.runtime.network import lease_addresses, lease_subnet, shared_subnet
from openpai.scheduler.explain import Reason, explain
from openpai.scheduler.resources import NOTHING, Resources
from openpai.scheduler.schedule import Placed, Waits, schedule

_HOLDING = frozenset({TaskState.PREPARING, TaskState.RUNNING, TaskState.STOPPING})


def held(runs: Iterable[tuple[JobRun, Job]]) -> dict[str, Resources]:
    """Node → what tasks hold there. A task holds its place until its container has ended."""
    amounts: dict[str, Resources] = {}
    for run, job in runs:
        for task in run.tasks:
            if task.state in _HOLDING and task.node is not None:
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
    queue = [gang_of(run.id, job.task_roles) for run, job in waiting.values()]
    leases = _Leases(situation.policy, (run for run, _ in runs))
    placed: dict[str, tuple[JobRun, list[Event]]] = {}
    reasons: dict[str, Reason] = {}
    for job_id, decision in schedule(queue, situation.nodes, held(runs)).items():
        run = waiting[job_id][0]
        match decision:
            case Waits():
                behind = waiting[decision.behind][0].full_name if decision.behind else None
                reasons[job_id] = explain(decision, behind)
            case Placed(nodes):
                try:
                    placed[job_id] = _placed(run, nodes, leases, situation.now)
                except PaiError as error:
                    reasons[job_id] = Reason(error.first.code, error.first.params)
    return placed, reasons


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

    def __init__(self, policy: Policy, runs: Iterable[JobRun]) -> None:
        self._policy = policy
        self._shared = Network("shared", shared_subnet(policy.network_pool), shared=True)
        self._addresses: set[str] = set()
        self._subnets: set[str] = set()
        for run in runs:
            network = run.attempt.network
            if network and network.shared:
                self._addresses.update(t.address for t in run.tasks if t.address and not is_final(t.state))
            elif network:
                self._subnets.add(network.subnet)

    def take(self, run: JobRun) -> tuple[Network, tuple[str, ...]]:
        """The network of this attempt, and an address for each of its tasks. Raises NetworkPoolExhausted."""
        if len(run.tasks) == 1:
            addresses = lease_addresses(self._shared.subnet, self._addresses, 1)
            self._addresses.update(addresses)
            return self._shared, addresses
        subnet = lease_subnet(self._policy.network_pool, self._subnets, len(run.tasks))
        self._subnets.add(subnet)
        name = f"{run.id[:16]}-{run.attempt.index}"
        return Network(name, subnet, shared=False), lease_addresses(subnet, (), len(run.tasks))
