"""Named checks of a submission: all of them run, each gives a verdict. Pure: facts in, verdicts out."""

from collections.abc import Iterable

from openpai.admission.cell_checks import cell_verdicts
from openpai.admission.facts import Facts
from openpai.admission.gpu_checks import gpu_verdicts
from openpai.admission.image_checks import driver_verdicts, image_verdicts, nodes_of_roles
from openpai.admission.storage_checks import storage_verdicts
from openpai.admission.vc_checks import vc_verdicts
from openpai.admission.verdict import Verdict
from openpai.errors import Params
from openpai.protocol.job import Job

MAX_TASKS = 10_000
"""Tasks of one job: a process, a network address and a log each."""

MAX_PORTS = 1_000
"""Ports of one task; each is told to every other task of the job."""


def check(job: Job, facts: Facts) -> list[Verdict]:
    """Every check on this job."""
    sizes = list(_sizes(job))  # what is too large by far is not even laid out to see whether it fits
    fits = sizes or [*gpu_verdicts(job, facts), *driver_verdicts(job, facts), *_fits(job, facts)]
    around = [*_name(job, facts), *_stop_grace(job, facts)]
    return [*around, *image_verdicts(job, facts), *storage_verdicts(facts.storages), *fits]


def _name(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Is the name free?"""
    if facts.name_taken:
        yield Verdict("name", "fail", "ConflictJob", {"name": job.name}, ("name",))


def _stop_grace(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Does it get the time to end in that it asks for?"""
    wanted, limit = job.stop_grace_s, facts.stop_grace_max_s
    if wanted is not None and wanted > limit:
        told: Params = {"seconds": wanted, "limit": int(limit) if float(limit).is_integer() else limit}
        yield Verdict("stop-grace", "warn", "StopGraceTooLong", told, ("extras", "stopGracePeriodSeconds"))


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
    if facts.outlook is None:
        if facts.cluster_unknown is not None:
            yield Verdict.of("fits", "warn", facts.cluster_unknown, ())
        return
    elsewhere = list(vc_verdicts(job, facts.outlook.scheduler.cluster.virtual_clusters, facts.usable))
    yield from elsewhere or cell_verdicts(job, facts.outlook, nodes_of_roles(job, facts))
