"""The whole answer to "why is my job waiting?": everything in its way in numbers, its place in the queue, and what
would start it now. Pure; each change that is named was tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from openpai.errors import Params
from openpai.protocol.hived import PRIORITIES
from openpai.protocol.job import Job
from openpai.protocol.task_role import TaskRole
from openpai.runtime.demand import Only, all_tasks, gangs_of, job_of
from openpai.runtime.outlook import Outlook
from openpai.runtime.waiting import reason_of
from openpai.scheduler.gang import Decision, Gang, Preempt, Start, Wait
from openpai.scheduler.reason import Reason
from openpai.scheduler.room import Room

PROBE = "?"
"""The name of the job that is tried: no job has it."""

_MOST_TRIED = 50
_MOST_ENDS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A change with which the job would start now: one of the job, or that another one ends. `victims`: the jobs that
    would have to end for it."""

    code: str
    params: Params
    victims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """`reason`: in a sentence; None: it would start now. `rooms`: all parts of the cluster that it may use. `place`:
    its place among those that wait in its virtual cluster, from 1, `waiting` of them, and who is `ahead`."""

    reason: Reason | None
    rooms: tuple[Room, ...]
    changes: tuple[Change, ...]
    place: int = 1
    waiting: int = 1
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A job that waits, or that might: `job_id` where it is kept already. `only`: role → the nodes that its image runs
    on. `clusters`: the virtual clusters that its user may use. `tasks`: those that wait; none named: all."""

    job: Job
    only: Only
    clusters: Sequence[str]
    job_id: str | None = None
    tasks: Sequence[tuple[str, int]] = ()


def explain(asked: Asked, outlook: Outlook) -> Explanation:
    """Why the job waits as things are."""
    outlook = _without(asked.job_id, outlook)
    job = asked.job
    tasks = asked.tasks or all_tasks(job)
    reserved = _reserved(asked, tasks, outlook)
    decided = [reserved] if reserved else _decided(asked, tasks, outlook)
    stuck = next(((gang, each) for gang, each in decided if not isinstance(each, Start)), None)
    if stuck is None:
        return Explanation(None, (), ())
    gang, decision = stuck
    begins = any(isinstance(each, Start) for _, each in decided)
    place, waiting, ahead = _place(asked, outlook)
    rooms = tuple(outlook.scheduler.rooms(gang))
    changes: list[Change] = []
    if isinstance(decision, Wait):
        asked = replace(asked, tasks=tasks if job.gang else _one_of_each_role(tasks))
        changes += [] if begins else _changes(asked, outlook)
        changes += _ends(gang, rooms, outlook)
    return Explanation(
        reason=reason_of(decision, job, outlook.names),
        rooms=rooms,
        changes=tuple(changes),
        place=place,
        waiting=waiting,
        ahead=ahead,
    )


def _reserved(
    asked: Asked, tasks: Sequence[tuple[str, int]], outlook: Outlook
) -> tuple[Gang, Preempt] | None:
    """What of the job has cells reserved already, and waits for others to leave them."""
    if asked.job_id is None:
        return None
    scheduler = outlook.scheduler
    for gang in gangs_of(asked.job_id, asked.job, tasks, scheduler.cluster.skus, asked.only):
        if gang.name in scheduler.held and isinstance(decision := scheduler.decide(gang), Preempt):
            return gang, decision
    return None


def _decided(
    asked: Asked, tasks: Sequence[tuple[str, int]], outlook: Outlook
) -> Sequence[tuple[Gang, Decision]]:
    """What each of the job's gangs would get now."""
    gangs = gangs_of(PROBE, asked.job, tasks, outlook.scheduler.cluster.skus, asked.only)
    return list(zip(gangs, outlook.decide(gangs), strict=True))


def _one_of_each_role(tasks: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Tasks that start alone: the others of a role need the same."""
    first = {role: (role, index) for role, index in reversed(tasks)}
    return [task for task in tasks if first[task[0]] == task]


def _without(job_id: str | None, outlook: Outlook) -> Outlook:
    """Without what is kept for the job itself."""
    first = {vc: each for vc, each in outlook.first.items() if job_of(each.name) != job_id}
    return replace(outlook, first=first)


def _place(asked: Asked, outlook: Outlook) -> tuple[int, int, tuple[str, ...]]:
    line = [job_of(gang) for gang, vc in outlook.queue if vc == asked.job.virtual_cluster]
    jobs = list(dict.fromkeys(line))
    before = jobs[: jobs.index(asked.job_id)] if asked.job_id in jobs else jobs
    total = len(jobs) + (asked.job_id not in jobs)
    return len(before) + 1, total, tuple(outlook.names.get(job, job) for job in before)


def _changes(asked: Asked, outlook: Outlook) -> Iterator[Change]:
    """Those with which it would start, the smallest first."""
    for code, params, job, only in [*_other_places(asked, outlook), *_less(asked, outlook), *_urgency(asked)]:
        decisions = _tried(asked, job, only, outlook)
        if not any(isinstance(each, Wait) for each in decisions):
            yield Change(code, params, _victims(decisions, outlook))


_Variant = tuple[str, Params, Job, Only]


def _tried(asked: Asked, job: Job, only: Only, outlook: Outlook) -> list[Decision]:
    """What the tasks that wait would get if the job was this one."""
    waiting = set(asked.tasks)
    tasks = [task for task in all_tasks(job) if task in waiting]
    return outlook.decide(gangs_of(PROBE, job, tasks, outlook.scheduler.cluster.skus, only))


def _victims(decisions: Sequence[Decision], outlook: Outlook) -> tuple[str, ...]:
    gangs = [victim for each in decisions if isinstance(each, Preempt) for victim in each.victims]
    return tuple(dict.fromkeys(outlook.names.get(job_of(gang), gang) for gang in gangs))


def _other_places(asked: Asked, outlook: Outlook) -> Iterator[_Variant]:
    """The same job elsewhere."""
    job, only = asked.job, asked.only
    wanted = {job.wanted(role).sku for role in job.task_roles} - {None}
    if wanted:
        yield "StartsOnAnySku", {}, _with_cells(job, "skuType"), only
    if any(job.wanted(role).pin for role in job.task_roles):
        yield "StartsWithoutPin", {}, _with_cells(job, "pinnedCellId"), only
    for vc in asked.clusters:
        if vc != job.virtual_cluster and vc in outlook.scheduler.cluster.virtual_clusters:
            yield "StartsInVirtualCluster", {"virtual_cluster": vc}, _in_cluster(job, vc), only
    if only:
        yield "StartsWithOtherImage", {"nodes": ", ".join(sorted(frozenset().union(*only.values())))}, job, {}


def _less(asked: Asked, outlook: Outlook) -> Iterator[_Variant]:
    """The same job with less, as much as would start."""
    job = asked.job
    for role, each in job.task_roles.items():
        amounts = each.resource_per_instance
        if each.instances > 1 and job.gang:
            yield from _most(asked, outlook, role, "instances", each.instances, _with_instances)
        if amounts.gpu > 1:
            yield from _most(asked, outlook, role, "gpu", amounts.gpu, _with_gpus)
        elif not amounts.gpu and amounts.cpu > 1:
            yield from _most(asked, outlook, role, "cpu", amounts.cpu, _with_cpus)


_LESS = {"instances": "StartsWithFewerTasks", "gpu": "StartsWithFewerGpus", "cpu": "StartsWithFewerCpus"}


def _most(
    asked: Asked,
    outlook: Outlook,
    role: str,
    what: str,
    wanted: int,
    lessened: Callable[[TaskRole, int], TaskRole],
) -> Iterator[_Variant]:
    """The largest number below the one wanted with which the job starts, found by halving."""
    low, high = 0, wanted - 1
    found: Job | None = None
    while low < high:
        middle = (low + high + 1) // 2
        job = _with_role(asked.job, role, lessened(asked.job.task_roles[role], middle))
        if any(not isinstance(each, Start) for each in _tried(asked, job, asked.only, outlook)):
            high = middle - 1
        else:
            low, found = middle, job
    if found is not None:
        yield _LESS[what], {"role": role, "count": low, "wanted": wanted}, found, asked.only


def _ends(gang: Gang, rooms: Sequence[Room], outlook: Outlook) -> Iterator[Change]:
    """The jobs of which it needs only one to end: those with the fewest cells first."""
    enough = {
        holder.gang: holder.cells
        for room in rooms
        for holder in room.holders
        if not holder.reserved and room.free + holder.cells >= room.needed
    }
    jobs: list[str] = []
    for name in sorted(enough, key=lambda name: (enough[name], name))[:_MOST_TRIED]:
        job = outlook.names.get(job_of(name), name)
        if job not in jobs and outlook.starts_without(gang, name):
            jobs.append(job)
            yield Change("StartsWhenEnds", {"job": job})
        if len(jobs) == _MOST_ENDS:
            return


def _urgency(asked: Asked) -> Iterator[_Variant]:
    """The same job as one that gives way, or as a more urgent one."""
    job = asked.job
    for name, priority in sorted(PRIORITIES.items(), key=lambda item: item[1]):
        if priority < 0 <= job.priority:
            yield "StartsOnIdle", {"priority": name}, _with_priority(job, name), asked.only
        elif priority > job.priority:
            yield "StartsAtPriority", {"priority": name}, _with_priority(job, name), asked.only


def _with_role(job: Job, name: str, role: TaskRole) -> Job:
    return job.model_copy(update={"task_roles": {**job.task_roles, name: role}})


def _with_instances(role: TaskRole, count: int) -> TaskRole:
    return role.model_copy(update={"instances": count})


def _with_gpus(role: TaskRole, count: int) -> TaskRole:
    """With so many GPUs, and the share of the rest that goes with them."""
    amounts = role.resource_per_instance
    less = {
        "gpu": count,
        "cpu": max(1, amounts.cpu * count // amounts.gpu),
        "memory_mb": max(1, amounts.memory_mb * count // amounts.gpu),
    }
    return role.model_copy(update={"resource_per_instance": amounts.model_copy(update=less)})


def _with_cpus(role: TaskRole, count: int) -> TaskRole:
    amounts = role.resource_per_instance
    less = {"cpu": count, "memory_mb": max(1, amounts.memory_mb * count // amounts.cpu)}
    return role.model_copy(update={"resource_per_instance": amounts.model_copy(update=less)})


def _in_cluster(job: Job, vc: str) -> Job:
    defaults = job.defaults.model_copy(update={"virtual_cluster": vc})
    return job.model_copy(update={"defaults": defaults})


def _with_priority(job: Job, name: str) -> Job:
    return _with_hived(job, {**_hived(job), "jobPriorityClass": name})


def _with_cells(job: Job, left_out: str) -> Job:
    """Without this wish of its roles."""
    asked = _hived(job).get("taskRoles")
    roles = asked if isinstance(asked, Mapping) else {}
    less = {
        role: {key: value for key, value in told.items() if key != left_out}
        for role, told in roles.items()
        if isinstance(told, Mapping)
    }
    return _with_hived(job, {**_hived(job), "taskRoles": less})


def _hived(job: Job) -> Mapping[str, object]:
    asked = job.extras.get("hivedScheduler")
    return asked if isinstance(asked, Mapping) else {}


def _with_hived(job: Job, asked: Mapping[str, object]) -> Job:
    return job.model_copy(update={"extras": {**job.extras, "hivedScheduler": asked}})
