"""Can the job ever have cells in its virtual cluster? Pure: what can never start is refused before it waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openpai.admission.verdict import Verdict
from openpai.cluster.promises import Promise, promises_to
from openpai.errors import Params
from openpai.protocol.findings import Path, listed
from openpai.protocol.job import Job
from openpai.runtime.demand import ANY_NODE, Only, all_tasks, gangs_of, job_resources, task_resources
from openpai.runtime.outlook import Outlook
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import Gang, Limited, Wait
from openpai.scheduler.resources import NOTHING, Resources
from openpai.scheduler.sharing import never_within

_LIMITS = {Limited.TASKS: "MoreTasksThanAllowed", Limited.GPUS: "MoreGpusThanAllowed"}
_ROLES: Path = ("extras", "hivedScheduler", "taskRoles")


def cell_verdicts(job: Job, outlook: Outlook, only: Only) -> list[Verdict]:
    """`only`: role → the nodes that its image runs on. The job's virtual cluster is there."""
    cluster = outlook.scheduler.cluster
    if wrong := list(_names(job, cluster)):
        return wrong
    promised = promises_to(None if job.priority < 0 else job.virtual_cluster, cluster)
    sizes = [verdict for name in job.task_roles if (verdict := _task_never_fits(name, job, promised))]
    return sizes or [_together(job, outlook, promised, only), *_limits(job, outlook)]


def _names(job: Job, cluster: Cluster) -> Iterator[Verdict]:
    """Are the SKUs and the pinned cells there, and the job's to ask for?"""
    known = cluster.virtual_clusters
    vc = job.virtual_cluster
    promised = {promise.leaf for promise in promises_to(vc, cluster)}
    for role in job.task_roles:
        wanted = job.wanted(role)
        asked: Params = {"virtual_cluster": vc, "role": role}
        if wanted.sku is not None and wanted.sku not in cluster.skus:
            told: Params = {**asked, "sku": wanted.sku[:100], "known": listed(cluster.skus)}
            yield Verdict("sku", "fail", "SkuUnknown", told, (*_ROLES, role, "skuType"))
        elif wanted.sku is not None and job.priority >= 0 and wanted.sku not in promised:
            told = {**asked, "sku": wanted.sku, "known": listed(sorted(promised))}
            yield Verdict("sku", "fail", "SkuNotPromised", told, (*_ROLES, role, "skuType"))
        if wanted.pin is not None and job.priority < 0:
            told = {**asked, "pin": wanted.pin[:100]}
            yield Verdict("pinned-cell", "fail", "PinForIdle", told, (*_ROLES, role, "pinnedCellId"))
        elif wanted.pin is not None and wanted.pin not in known[vc].pins:
            told = {**asked, "pin": wanted.pin[:100], "known": listed(known[vc].pins)}
            yield Verdict("pinned-cell", "fail", "PinNotPromised", told, (*_ROLES, role, "pinnedCellId"))


@dataclass(frozen=True, slots=True)
class _Has:
    """What there is for one task, and for all."""

    largest: Resources
    total: Resources


def _task_never_fits(name: str, job: Job, promised: Iterable[Promise]) -> Verdict | None:
    """Is a task larger than the largest cell that it could have on one machine?"""
    needs = task_resources(job.task_roles[name])
    mine = [promise for promise in promised if job.wanted(name).sku in (None, promise.leaf)]
    if any(needs.fits_in(promise.on_one_machine) for promise in mine):
        return None
    largest = _has(mine, needs).largest
    params = {**_amounts(needs, largest), "role": name, "virtual_cluster": job.virtual_cluster}
    return Verdict("fits", "fail", "NeverFits", params, ("taskRoles", name, "resourcePerInstance"))


def _together(job: Job, outlook: Outlook, promised: Iterable[Promise], only: Only) -> Verdict:
    """Would all that starts together ever find room at once?"""
    if any(_never(gang, outlook) for gang in _gangs(job, outlook, ANY_NODE)):
        needs = job_resources(job)
        has = _has(promised, needs).total
        params = {**_amounts(needs, has), "tasks": job.task_count, "virtual_cluster": job.virtual_cluster}
        return Verdict("fits", "fail", "JobNeverFits", params, ("taskRoles",))
    if any(_never(gang, outlook) for gang in _gangs(job, outlook, only)):
        names = sorted(frozenset().union(*only.values()))
        return Verdict("fits", "fail", "NeverFitsItsImage", {"nodes": ", ".join(names)}, ("taskRoles",))
    return Verdict("fits", "pass", "Fits", {"virtual_cluster": job.virtual_cluster})


def _limits(job: Job, outlook: Outlook) -> Iterator[Verdict]:
    """Does what starts together stay within what its user may have at a time?"""
    for gang in _gangs(job, outlook, ANY_NODE):
        limit = never_within(gang, outlook.rules, outlook.scheduler.cluster)
        if limit is not None:
            params: Params = {
                "needed": limit.needed,
                "most": limit.most,
                "virtual_cluster": job.virtual_cluster,
            }
            yield Verdict("limits", "fail", _LIMITS[limit.kind], params, ("taskRoles",))
            return


def _gangs(job: Job, outlook: Outlook, only: Only) -> list[Gang]:
    """What starts together; of tasks that start alone, one of each role: the others need the same."""
    tasks = all_tasks(job) if job.gang else [(name, 0) for name in job.task_roles]
    return gangs_of("", job, tasks, outlook.scheduler.cluster.skus, only)


def _never(gang: Gang, outlook: Outlook) -> bool:
    (decision,) = outlook.ever([gang])
    return isinstance(decision, Wait)


def _has(promised: Iterable[Promise], needs: Resources) -> _Has:
    """What comes nearest to the needs: cells with GPUs, where GPUs are asked for."""
    best = max(
        promised,
        key=lambda each: (bool(each.on_one_machine.gpu) == bool(needs.gpu), *_size(each.on_one_machine)),
        default=None,
    )
    return _Has(best.on_one_machine, best.total) if best else _Has(NOTHING, NOTHING)


def _size(amount: Resources) -> tuple[int, int, int]:
    return amount.gpu, amount.cpu, amount.memory_mb


def _amounts(needs: Resources, has: Resources) -> dict[str, str | int | float]:
    return {
        "cpu": needs.cpu,
        "memory_mb": needs.memory_mb,
        "gpu": needs.gpu,
        "has_cpu": has.cpu,
        "has_memory_mb": has.memory_mb,
        "has_gpu": has.gpu,
    }
