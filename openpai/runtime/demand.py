"""What a job asks of the scheduler."""

from collections.abc import Iterable, Mapping, Sequence

from openpai.images.cuda.fit import preflight
from openpai.images.cuda.machine import Machine
from openpai.images.cuda.needs import Needs
from openpai.protocol.job import Job
from openpai.protocol.task_role import TaskRole
from openpai.scheduler.resources import Resources
from openpai.scheduler.fifo import Gang


def task_resources(role: TaskRole) -> Resources:
    """What one task of the role holds; amounts that the protocol allows below zero count as zero."""
    asked = role.resource_per_instance
    return Resources(max(asked.cpu, 0), max(asked.memory_mb, 0), max(asked.gpu, 0))


def gang_of(
    name: str, roles: Mapping[str, TaskRole], only: Mapping[str, frozenset[str]] | None = None
) -> Gang:
    """A job as the scheduler sees it; its tasks are named `<role>-<index>`.

    `only`: task role → the nodes that its tasks can run on; a role that is not in it can run on any.
    """
    tasks = {
        f"{role_name}-{index}": (role_name, task_resources(role))
        for role_name, role in roles.items()
        for index in range(role.instances)
    }
    return Gang(
        name,
        {task: needs for task, (_, needs) in tasks.items()},
        {task: only[role_name] for task, (role_name, _) in tasks.items() if only and role_name in only},
    )


def gangs_of(
    name: str,
    job: Job,
    waiting: Iterable[tuple[str, int]],
    only: Mapping[str, frozenset[str]] | None = None,
) -> list[Gang]:
    """A job that waits, as the scheduler sees it: one gang, or each task that waits (role, index) for itself, which
    is then named `<name>/<role>-<index>`. `only` as for `gang_of`."""
    if job.gang:
        return [gang_of(name, job.task_roles, only)]
    return [_lone(name, job, role, index, only or {}) for role, index in waiting]


def _lone(name: str, job: Job, role: str, index: int, only: Mapping[str, frozenset[str]]) -> Gang:
    task = f"{role}-{index}"
    bound = {task: only[role]} if role in only else {}
    return Gang(f"{name}/{task}", {task: task_resources(job.task_roles[role])}, bound)


def all_tasks(job: Job) -> list[tuple[str, int]]:
    """(role, index) of every task."""
    return [(name, index) for name, role in job.task_roles.items() for index in range(role.instances)]


def nodes_for(
    job: Job, needs: Mapping[str, Needs | None], machines: Sequence[Machine]
) -> dict[str, frozenset[str]]:
    """Role → the nodes whose driver and GPUs its image runs on; a role that can run on any is not in it.

    `needs`: what the job's images need, by their names in its file.
    """
    found = {}
    for name, role in job.task_roles.items():
        uri = job.role_image(name).uri
        nodes = preflight(uri, needs.get(uri), machines, role.resource_per_instance.gpu).nodes
        if nodes is not None:
            found[name] = nodes
    return found
