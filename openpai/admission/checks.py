"""Named checks of a submission: all of them run, each gives a verdict. Pure: facts in, verdicts out."""

from collections.abc import Iterable, Mapping, Sequence

from openpai.admission.facts import Facts
from openpai.admission.image_checks import driver_verdicts, image_verdicts, nodes_of_roles
from openpai.admission.storage_checks import storage_verdicts
from openpai.admission.verdict import Verdict
from openpai.protocol.job import Job
from openpai.runtime.demand import gang_of, gangs_of, task_resources
from openpai.scheduler.fifo import ever_fits
from openpai.scheduler.resources import Node, Resources

MAX_TASKS = 10_000
"""Tasks of one job: a process, a network address and a log each."""

MAX_PORTS = 1_000
"""Ports of one task; each is told to every other task of the job."""


def check(job: Job, facts: Facts) -> list[Verdict]:
    """Every check on this job."""
    sizes = list(_sizes(job))  # what is too large by far is not even laid out to see whether it fits
    fits = sizes or [*driver_verdicts(job, facts), *_fits(job, facts)]
    return [*_name(job, facts), *image_verdicts(job, facts), *storage_verdicts(facts.storages), *fits]


def _name(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Is the name free?"""
    if facts.name_taken:
        yield Verdict("name", "fail", "ConflictJob", {"name": job.name}, ("name",))


def _sizes(job: Job) -> Iterable[Verdict]:
    """Is it a size that this program was made for?"""
    if job.task_count > MAX_TASKS:
        yield Verdict(
            "size", "fail", "TooManyTasks", {"tasks": job.task_count, "limit": MAX_TASKS}, ("taskRoles",)
        )
    for name, role in job.task_roles.items():
        ports = sum(role.resource_per_instance.ports.values())
        if ports > MAX_PORTS:
            path = ("taskRoles", name, "resourcePerInstance", "ports")
            yield Verdict(
                "size", "fail", "TooManyPorts", {"ports": ports, "limit": MAX_PORTS, "role": name}, path
            )


def _fits(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Is there, or will there ever be, room for the job?"""
    if facts.cluster is None:
        if facts.cluster_unknown is not None:
            yield Verdict.of("fits", "warn", facts.cluster_unknown, ())
        return
    nodes = facts.cluster.nodes
    too_large = [verdict for name in job.task_roles if (verdict := _task_never_fits(name, job, nodes))]
    if too_large:
        yield from too_large
    elif not _ever_fits(job, nodes):
        gang = gang_of(job.name, job.task_roles)
        needs = sum(gang.tasks.values(), start=Resources(0, 0, 0))
        has = sum((node.capacity for node in nodes), start=Resources(0, 0, 0))
        yield Verdict(
            "fits", "fail", "JobNeverFits", {**_amounts(needs, has), "tasks": len(gang.tasks)}, ("taskRoles",)
        )
    elif not _ever_fits(job, nodes, bound := nodes_of_roles(job, facts)):
        names = sorted(frozenset().union(*bound.values()))
        yield Verdict("fits", "fail", "NeverFitsItsImage", {"nodes": ", ".join(names)}, ("taskRoles",))
    else:
        yield Verdict("fits", "pass", "Fits", {"nodes": len(nodes)})


def _ever_fits(job: Job, nodes: Sequence[Node], only: Mapping[str, frozenset[str]] | None = None) -> bool:
    """Whether all of it has room at once, or each of its tasks where they need not start together."""
    first_of_each = [(name, 0) for name in job.task_roles]  # the others need the same
    return all(ever_fits(gang, nodes) for gang in gangs_of(job.name, job, first_of_each, only))


def _task_never_fits(name: str, job: Job, nodes: Iterable[Node]) -> Verdict | None:
    needs = task_resources(job.task_roles[name])
    nodes = list(nodes)
    if any(needs.fits_in(node.capacity) for node in nodes):
        return None
    largest = max(
        (node.capacity for node in nodes),
        key=lambda c: (c.gpu, c.cpu, c.memory_mb),
        default=Resources(0, 0, 0),
    )
    params = {**_amounts(needs, largest), "role": name}
    return Verdict("fits", "fail", "NeverFits", params, ("taskRoles", name, "resourcePerInstance"))


def _amounts(needs: Resources, has: Resources) -> dict[str, str | int | float]:
    return {
        "cpu": needs.cpu,
        "memory_mb": needs.memory_mb,
        "gpu": needs.gpu,
        "has_cpu": has.cpu,
        "has_memory_mb": has.memory_mb,
        "has_gpu": has.gpu,
    }
