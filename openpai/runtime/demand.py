"""What a job asks of the scheduler."""

from collections.abc import Iterable, Mapping, Sequence

from openpai.images.cuda.fit import preflight
from openpai.images.cuda.machine import Machine
from openpai.images.cuda.needs import Needs
from openpai.protocol.job import Job
from openpai.protocol.task_role import TaskRole
from openpai.scheduler.cluster import Sku
from openpai.scheduler.gang import Gang
from openpai.scheduler.resources import NOTHING, Resources

Skus = Mapping[str, Sku]
Only = Mapping[str, frozenset[str]]
"""Task role → the nodes that its tasks can run on; a role that is not in it can run on any."""

ANY_NODE: Only = {}


def task_resources(role: TaskRole) -> Resources:
    """What one task of the role may use; amounts that the protocol allows below zero count as zero."""
    asked = role.resource_per_instance
    return Resources(max(asked.cpu, 0), max(asked.memory_mb, 0), max(asked.gpu, 0))


def job_resources(job: Job) -> Resources:
    """What all tasks of a job may use together."""
    amounts = ((task_resources(role), role.instances) for role in job.task_roles.values())
    return sum((Resources(a.cpu * n, a.memory_mb * n, a.gpu * n) for a, n in amounts), start=NOTHING)


def units(needs: Resources, sku: Sku) -> int | None:
    """How many leaf cells of a SKU hold all that a task needs: as many as the scarcest amount takes. None where it
    needs what the SKU has none of.

    >>> units(Resources(cpu=12, memory_mb=8000, gpu=1), Sku(gpu=1, cpu=4, memory_mb=54_000))
    3
    """
    amounts = ((needs.gpu, sku.gpu), (needs.cpu, sku.cpu), (needs.memory_mb, sku.memory_mb))
    if any(wanted and not per_unit for wanted, per_unit in amounts):
        return None
    return max([1, *(-(-wanted // per_unit) for wanted, per_unit in amounts if wanted)])


def all_tasks(job: Job) -> list[tuple[str, int]]:
    """(role, index) of every task."""
    return [(name, index) for name, role in job.task_roles.items() for index in range(role.instances)]


def gang_name(job_id: str, job: Job, role: str, index: int) -> str:
    """The gang of a task: the whole job's, that of its affinity group, or where tasks need not start together, its
    own."""
    if not job.gang:
        return f"{job_id}/{role}-{index}"
    group = job.wanted(role).group
    return job_id if group is None else f"{job_id}/{group}"


def job_of(gang: str) -> str:
    """The id of the job that a gang is of."""
    return gang.partition("/")[0]


def task_name(role: str, index: int) -> str:
    """What a task is called within its gang."""
    return f"{role}-{index}"


def gangs_of(
    job_id: str, job: Job, tasks: Iterable[tuple[str, int]], skus: Skus, only: Only = ANY_NODE
) -> list[Gang]:
    """The gangs of these tasks (role, index) of a job, each bound to the nodes that all of its roles can run on."""
    together: dict[str, list[tuple[str, int]]] = {}
    names: dict[str, str] = {}
    for role, index in tasks:
        if not job.gang or role not in names:
            names[role] = gang_name(job_id, job, role, index)
        together.setdefault(names[role], []).append((role, index))
    return [_gang(name, job, members, skus, only) for name, members in together.items()]


def _gang(name: str, job: Job, members: Sequence[tuple[str, int]], skus: Skus, only: Only) -> Gang:
    roles = list(dict.fromkeys(role for role, _ in members))
    wanted = job.wanted(roles[0])  # the protocol sees to it that all of a gang want the same
    bound = [only[role] for role in roles if role in only]
    return Gang(
        name=name,
        virtual_cluster=job.virtual_cluster,
        priority=job.priority,
        needs=_needs(job, members, roles, _usable(job, roles, wanted.sku, skus)),
        pinned=wanted.pin,
        lazy=job.lazy,
        nodes=frozenset.intersection(*bound) if bound else None,
    )


def _needs(
    job: Job, members: Sequence[tuple[str, int]], roles: Sequence[str], skus: Skus
) -> dict[str, dict[str, int]]:
    needs = {}
    for leaf, sku in skus.items():
        each = {role: units(task_resources(job.task_roles[role]), sku) for role in roles}
        counts = {task_name(role, index): count for role, index in members if (count := each[role])}
        if len(counts) == len(members):
            needs[leaf] = counts
    return needs


def _usable(job: Job, roles: Sequence[str], wanted: str | None, skus: Skus) -> Skus:
    """The SKUs that may be tried, in turn: where no task needs a GPU, those without one come first."""
    if wanted is not None:
        return {wanted: skus[wanted]} if wanted in skus else {}
    with_gpu = any(task_resources(job.task_roles[role]).gpu for role in roles)
    return dict(sorted(skus.items(), key=lambda item: not with_gpu and item[1].gpu > 0))


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
